import { createCodeBuildProvider } from "../../functions/adapters/codebuild-provider.ts";
import { createFargateProvider } from "../../functions/adapters/fargate-provider.ts";
import { decodeImageTable } from "../../functions/adapters/image-table.ts";
import type { Surroundings } from "../../functions/adapters/surroundings.ts";
import { readObject, type JsonObject } from "../../functions/core/read-json.ts";
import { createInProcessRequestHandler } from "../../simulator/in-process-request-handler.ts";
import { callName } from "../../simulator/simulation/call-name.ts";
import type { WireRequest, WireResponse } from "../../simulator/wire.ts";
import { createFakeAws, errorResponse } from "./fake-aws.ts";
import { createSimulatedAws } from "./simulated-aws.ts";
import { createTestSurroundings } from "./surroundings.ts";
import type { Intercept } from "./test-world.ts";

/** The image table of these tests: `node` is for CodeBuild on ARM64 only. */
export const images = decodeImageTable({
  default: {
    X86_64: {
      taskDefinition: "tornade-default-x86-64",
      codeBuildImage: "aws/codebuild/standard:7.0",
    },
    ARM64: { taskDefinition: "tornade-default-arm64", codeBuildImage: "1.dkr.ecr/runner:arm64" },
  },
  Node: { ARM64: { codeBuildImage: "1.dkr.ecr/node:24" } },
});

export const role = "arn:aws:iam::123456789012:role/deploy";

/** Both providers in front of a simulated account; requests are recorded. */
export function createTestProviders() {
  const simulated = createSimulatedAws();
  const { aws } = simulated;
  aws.ecs.createCluster("tornade");
  for (const [family, architecture] of [
    ["tornade-default-x86-64", "X86_64"],
    ["tornade-default-arm64", "ARM64"],
  ] as const) {
    aws.ecs.registerTaskDefinition({ family, containerName: "runner", architecture });
  }
  aws.codeBuild.createProject({ name: "tornade" });
  const requests: WireRequest[] = [];
  const outside: { intercept: Intercept } = { intercept: async (_call, next) => next() };
  const surroundings: Surroundings = {
    ...createTestSurroundings(createFakeAws().answer),
    now: () => simulated.timeline.now(),
    requestHandler: createInProcessRequestHandler(async (request) => {
      requests.push(request);
      return outside.intercept(callName(request), async () => aws.handle(request), request);
    }),
  };
  const roles = new Map([["acme/deploy", role]]);
  const fargateOptions = {
    cluster: "tornade",
    containerName: "runner",
    subnets: ["subnet-0a", "subnet-0b"],
    securityGroups: ["sg-0a"],
    assignPublicIp: "ENABLED",
    images,
    roles,
  } as const;
  const codeBuildOptions = { project: "tornade", images, roles };
  return {
    ...simulated,
    requests,
    outside,
    surroundings,
    fargate: createFargateProvider(surroundings, fargateOptions),
    codeBuild: createCodeBuildProvider(surroundings, codeBuildOptions),
    elsewhere: createFargateProvider(surroundings, { ...fargateOptions, cluster: "nowhere" }),
    noProject: createCodeBuildProvider(surroundings, { ...codeBuildOptions, project: "nowhere" }),
  };
}

/** The input of the last operation, as it was sent. */
export function lastInput({ requests }: { readonly requests: readonly WireRequest[] }): JsonObject {
  return readObject(JSON.parse(requests.at(-1)?.body ?? "null"), "input");
}

/** Answers one operation with an error of AWS's JSON protocols. */
export function answerWith(
  operation: string,
  { status = 400, name, message }: { status?: number; name: string; message?: string },
): Intercept {
  return async (call, next): Promise<WireResponse> =>
    call === operation ? errorResponse(status, name, message) : next();
}
