import type { NewJob } from "../github/jobs.ts";
import { drawChance, drawInteger, drawOne, type Random } from "./seeded-random.ts";

const second = 1_000;
const minute = 60 * second;

/** GitHub's owners here, each with an installation and rate limits of its own. */
export const owners = ["acme", "globex", "initech", "umbrella"] as const;

/** The full names of all repositories: ten of each owner. */
export const repositories: readonly string[] = owners.flatMap((owner) =>
  Array.from({ length: 10 }, (_, index) => `${owner}/app-${index + 1}`),
);

/** Whose interrupted jobs are run again, as the setting has it: those of all owners but one. */
export const rerunRepositories: readonly string[] = ["acme/*", "globex/*", "initech/*"];

/** A job as people write them: in either form of labels, nearly always with a good end. */
export function drawJob(random: Random, repository: string): Omit<NewJob, "runId"> {
  const runsOn = drawOne(random, ["FARGATE", "FARGATE", "FARGATE_SPOT", "CODEBUILD"]);
  const own = `job-${drawInteger(random, 1, 1e9)}`;
  const wishes = [`runs-on=${runsOn}`, `arch=${drawArchitecture(random)}`];
  const isComposite = drawChance(random, 0.5);
  return {
    repository,
    name: "build",
    labels: isComposite
      ? [["tornade", own, ...wishes].join("/")]
      : ["self-hosted", "tornade", own, ...wishes],
    durationMilliseconds: drawDuration(random),
    conclusion: drawChance(random, 0.08) ? "failure" : "success",
  };
}

/** Mostly x86. */
export function drawArchitecture(random: Random): "X86_64" | "ARM64" {
  return drawChance(random, 0.3) ? "ARM64" : "X86_64";
}

/** Mostly a minute or less, now and then much longer. */
export function drawDuration(random: Random): number {
  if (drawChance(random, 0.02)) return drawInteger(random, 5, 20) * minute;
  return drawInteger(random, 2, 75) * second;
}

/** One of all repositories. */
export function drawRepository(random: Random): string {
  return repositories[drawInteger(random, 0, repositories.length - 1)] ?? "acme/app-1";
}
