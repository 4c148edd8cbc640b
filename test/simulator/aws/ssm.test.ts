import {
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
} from "@aws-sdk/client-ssm";
import { describe, expect, it } from "vitest";
import { createSimulatedAws, rejection, START } from "../../support/simulated-aws.ts";

describe("GetParameter", () => {
  it("decrypts a SecureString only for those who ask", async () => {
    const { aws, ssm } = createSimulatedAws();
    aws.ssm.put("/tornade/secret", "value");
    const get = async (WithDecryption: boolean) => {
      const command = new GetParameterCommand({ Name: "/tornade/secret", WithDecryption });
      return (await ssm.send(command)).Parameter;
    };
    expect(await get(true)).toMatchObject({
      Value: "value",
      Type: "SecureString",
      Version: 1,
      LastModifiedDate: new Date(START),
      ARN: "arn:aws:ssm:eu-west-1:123456789012:parameter/tornade/secret",
    });
    expect((await get(false))?.Value).not.toContain("value");
  });

  it("fails for a name that is not there", async () => {
    const { ssm } = createSimulatedAws();
    const got = ssm.send(new GetParameterCommand({ Name: "/none" }));
    expect(await rejection(got)).toMatchObject({ name: "ParameterNotFound" });
  });
});

describe("GetParameters", () => {
  it("reports the names that are not there", async () => {
    const { aws, ssm } = createSimulatedAws();
    aws.ssm.put("/a", "1", "String");
    const answer = await ssm.send(new GetParametersCommand({ Names: ["/a", "/b"] }));
    expect(answer).toMatchObject({
      Parameters: [{ Name: "/a", Value: "1" }],
      InvalidParameters: ["/b"],
    });
  });

  it("takes ten names at most", async () => {
    const { ssm } = createSimulatedAws();
    const Names = Array.from({ length: 11 }, (_, index) => `/${index}`);
    const got = ssm.send(new GetParametersCommand({ Names }));
    expect(await rejection(got)).toMatchObject({ name: "ValidationException" });
  });
});

describe("PutParameter", () => {
  const put = { Name: "/a", Value: "1", Type: "SecureString" } as const;

  it("overwrites only when told to", async () => {
    const { ssm } = createSimulatedAws();
    await ssm.send(new PutParameterCommand(put));
    const again = ssm.send(new PutParameterCommand(put));
    expect(await rejection(again)).toMatchObject({ name: "ParameterAlreadyExists" });
    const overwritten = await ssm.send(new PutParameterCommand({ ...put, Overwrite: true }));
    expect(overwritten.Version).toBe(2);
  });

  it("takes 4,096 bytes in the standard tier", async () => {
    const { ssm } = createSimulatedAws();
    await ssm.send(new PutParameterCommand({ ...put, Value: "x".repeat(4096) }));
    const larger = { ...put, Name: "/b", Value: "x".repeat(4097) };
    const refused = ssm.send(new PutParameterCommand(larger));
    expect(await rejection(refused)).toMatchObject({ name: "ValidationException" });
    await ssm.send(new PutParameterCommand({ ...larger, Tier: "Advanced" }));
  });
});
