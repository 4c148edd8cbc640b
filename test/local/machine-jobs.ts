import type { Job } from "../../simulator/github/model.ts";
import { repository } from "../support/test-world.ts";
import type { createMachineStage } from "./machine-stage.ts";

/** What the workflow of the demo asks for. */
const labelSets = [
  ["tornade", "runs-on=FARGATE", "arch=X86_64"],
  ["tornade", "runs-on=FARGATE", "arch=ARM64"],
  ["tornade", "runs-on=FARGATE_SPOT"],
  ["tornade", "runs-on=CODEBUILD", "arch=X86_64"],
  ["tornade/77/runs-on=CODEBUILD/arch=ARM64"],
] as const;

/** Queues the jobs of the demo's workflow. */
export function queueJobs({
  gitHub,
}: Pick<ReturnType<typeof createMachineStage>, "gitHub">): readonly Job[] {
  return labelSets.map((labels) =>
    gitHub.queueJob({ repository, name: "test", labels, durationMilliseconds: 5_000 }),
  );
}
