import { App, Stack, type StackProps } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";

import { RunnerNetwork, type RunnerNetworkProps } from "../../lib/runner-network.ts";

const somewhere = { env: { account: "123456789012", region: "eu-west-1" } };

function synthesize(props?: RunnerNetworkProps, stackProps?: StackProps) {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, "Test", stackProps);
  const network = new RunnerNetwork(stack, "Network", props);
  return { network, app, stack };
}

describe("RunnerNetwork", () => {
  const { network, stack } = synthesize();
  const template = Template.fromStack(stack);

  it.each([
    ["two zones in any region", undefined, undefined, 2],
    ["two zones in a known region, whose zones nobody looks up", undefined, somewhere, 2],
    ["as many zones as are asked for", { zones: 5 }, undefined, 5],
  ])("has %s", (_, props, stackProps, zones) => {
    const some = synthesize(props, stackProps);
    const found = Template.fromStack(some.stack);
    found.resourceCountIs("AWS::EC2::Subnet", zones);
    found.resourceCountIs("AWS::EC2::SubnetRouteTableAssociation", zones);
    expect(some.network.subnetIds).toHaveLength(zones);
  });

  it("puts every subnet into a zone and a range of its own", () => {
    const subnets = Object.values(template.findResources("AWS::EC2::Subnet"));
    expect(subnets).toMatchObject([
      {
        Properties: {
          CidrBlock: "10.0.0.0/19",
          AvailabilityZone: { "Fn::Select": [0, { "Fn::GetAZs": "" }] },
        },
      },
      {
        Properties: {
          CidrBlock: "10.0.32.0/19",
          AvailabilityZone: { "Fn::Select": [1, { "Fn::GetAZs": "" }] },
        },
      },
    ]);
  });

  it("reaches the internet without a NAT gateway", () => {
    template.resourceCountIs("AWS::EC2::NatGateway", 0);
    template.hasResourceProperties("AWS::EC2::Route", {
      DestinationCidrBlock: "0.0.0.0/0",
      GatewayId: { "Fn::GetAtt": [Match.anyValue(), "InternetGatewayId"] },
    });
    template.hasResource("AWS::EC2::Route", {
      DependsOn: [Match.stringLikeRegexp("Attachment")],
    });
    expect(network.assignPublicIp).toBe("ENABLED");
  });

  it("lets nothing in and everything out", () => {
    const groups = Object.values(template.findResources("AWS::EC2::SecurityGroup"));
    expect(groups).toMatchObject([
      { Properties: { SecurityGroupEgress: [{ IpProtocol: "-1", CidrIp: "0.0.0.0/0" }] } },
    ]);
    expect(JSON.stringify(template.toJSON())).not.toContain("Ingress");
  });

  it("looks nothing up, even in a known region", () => {
    expect(synthesize({}, somewhere).app.synth().manifest.missing).toBeUndefined();
  });

  it("takes an existing network by its ids", () => {
    const ids = {
      vpcId: "vpc-0a1b2c3d",
      subnetIds: ["subnet-0a1b2c3d"],
      securityGroupId: "sg-0a1b2c3d",
    };
    const existing = synthesize({ ...ids, assignPublicIp: false }).network;
    expect(existing).toMatchObject({
      subnetIds: ["subnet-0a1b2c3d"],
      securityGroupId: "sg-0a1b2c3d",
      assignPublicIp: "DISABLED",
    });
    expect(existing.node.children).toEqual([]);
  });

  it("adds a security group to an existing VPC that has none for it", () => {
    const ids = { vpcId: "vpc-0a1b2c3d", subnetIds: ["subnet-0a1b2c3d"] };
    const found = Template.fromStack(synthesize(ids).stack);
    const groups = Object.values(found.findResources("AWS::EC2::SecurityGroup"));
    expect(groups).toMatchObject([{ Properties: { VpcId: "vpc-0a1b2c3d" } }]);
    expect(found.findResources("AWS::EC2::VPC")).toEqual({});
  });
});
