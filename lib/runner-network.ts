import { Fn, Tags } from "aws-cdk-lib";
import {
  CfnInternetGateway,
  CfnRoute,
  CfnRouteTable,
  CfnSecurityGroup,
  CfnSubnet,
  CfnSubnetRouteTableAssociation,
  CfnVPC,
  CfnVPCGatewayAttachment,
} from "aws-cdk-lib/aws-ec2";
import { Construct } from "constructs";

import type { NetworkConfig } from "./config.ts";

/** A VPC for runners on Fargate, or the ids of one that exists. */
export interface RunnerNetworkProps extends NetworkConfig {}

// Nearly every region has three zones, but not every account gets to see more than two of them: in us-west-1
// and some other old regions a zone is closed to newer accounts, and a deploy that wants it fails there.
const defaultZones = 2;

/**
 * Where runners on Fargate are: public subnets without a NAT gateway, which would cost more than the
 * runners, and a security group that lets nothing in. An existing network is taken by its ids and
 * never looked up, so that a stack can be synthesized without credentials.
 */
export class RunnerNetwork extends Construct {
  readonly subnetIds: string[];
  readonly securityGroupId: string;
  readonly assignPublicIp: "ENABLED" | "DISABLED";

  constructor(scope: Construct, id: string, props: RunnerNetworkProps = {}) {
    super(scope, id);
    const { vpcId = this.createVpc(), subnetIds, securityGroupId, assignPublicIp = true } = props;
    this.subnetIds = subnetIds === undefined ? this.createSubnets(vpcId, props) : [...subnetIds];
    this.securityGroupId = securityGroupId ?? this.createSecurityGroup(vpcId);
    this.assignPublicIp = assignPublicIp ? "ENABLED" : "DISABLED";
  }

  private createVpc(): string {
    // Resolvers and names are what a pull from a registry needs; the default security group, which
    // the VPC brings along, stays unused.
    const vpc = new CfnVPC(this, "Vpc", {
      cidrBlock: "10.0.0.0/16",
      enableDnsHostnames: true,
      enableDnsSupport: true,
    });
    Tags.of(vpc).add("Name", this.node.path);
    return vpc.attrVpcId;
  }

  private createSubnets(vpcId: string, { zones = defaultZones }: RunnerNetworkProps): string[] {
    const routeTableId = this.createRoutes(vpcId);
    return Array.from({ length: zones }, (_, index) => {
      const { attrSubnetId: subnetId } = new CfnSubnet(this, `Subnet${index + 1}`, {
        vpcId,
        // By number: to name the zones of an account, CDK would have to look them up.
        availabilityZone: Fn.select(index, Fn.getAzs()),
        cidrBlock: `10.0.${index * 32}.0/19`,
      });
      new CfnSubnetRouteTableAssociation(this, `Association${index + 1}`, {
        routeTableId,
        subnetId,
      });
      return subnetId;
    });
  }

  private createRoutes(vpcId: string): string {
    const { attrInternetGatewayId: gatewayId } = new CfnInternetGateway(this, "Gateway");
    const attachment = new CfnVPCGatewayAttachment(this, "Attachment", {
      vpcId,
      internetGatewayId: gatewayId,
    });
    const { attrRouteTableId: routeTableId } = new CfnRouteTable(this, "RouteTable", { vpcId });
    const route = new CfnRoute(this, "Route", {
      routeTableId,
      gatewayId,
      destinationCidrBlock: "0.0.0.0/0",
    });
    route.addResourceDependency(attachment);
    return routeTableId;
  }

  private createSecurityGroup(vpcId: string): string {
    const group = new CfnSecurityGroup(this, "SecurityGroup", {
      vpcId,
      groupDescription: "GitHub Actions runners: ways out only",
      securityGroupEgress: [
        { ipProtocol: "-1", cidrIp: "0.0.0.0/0", description: "jobs reach whatever they need" },
      ],
    });
    return group.attrGroupId;
  }
}
