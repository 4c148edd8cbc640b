import https from "node:https";

import { CodeBuildClient, StartBuildCommand } from "@aws-sdk/client-codebuild";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { describe, expect, it } from "vitest";

import { createCertificate } from "../../../bench/stub/certificate.ts";
import { serveStub } from "../../../bench/stub/serve-stub.ts";

describe("serveStub", () => {
  it("answers a real client over TLS, by its own certificate", async () => {
    const certificate = createCertificate(Date.now());
    const stub = await serveStub({ ...certificate, parameters: {} });
    const httpsAgent = new https.Agent({ ca: certificate.certificate, keepAlive: true });
    const client = new CodeBuildClient({
      endpoint: stub.url,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      requestHandler: new NodeHttpHandler({ httpsAgent }),
    });
    const command = new StartBuildCommand({ projectName: "tornade" });
    expect(await client.send(command)).toMatchObject({ build: { id: "tornade:1" } });
    expect(await client.send(command)).toMatchObject({ build: { buildStatus: "IN_PROGRESS" } });
    expect(stub.restart(0)).toEqual({ calls: { StartBuild: 2 }, connections: 1 });
    expect(stub.restart(0)).toEqual({ calls: {}, connections: 0 });
    httpsAgent.destroy();
    stub.close();
  });
});
