import type { NewJob } from "../github/jobs.ts";
import { drawArchitecture, drawDuration, drawJob, drawRepository } from "./draw-job.ts";
import { drawChance, drawInteger, drawOne, type Random } from "./seeded-random.ts";

/** A job and what people do with it. All times are milliseconds. */
export type PlannedJob = {
  /** Since the episode's begin. */
  readonly after: number;
  readonly job: Omit<NewJob, "runId">;
  /** Jobs of one number belong to one run. @default a run of its own */
  readonly run?: number;
  /** Since it was queued: an approval, or the end of the job before it in its concurrency group. */
  readonly releaseAfter?: number;
  /** Since it was queued. */
  readonly cancelAfter?: number;
  /** Once its run has completed, somebody runs its failed jobs again. */
  readonly rerun?: boolean;
};

/** Some jobs that belong together. */
export type Episode = readonly PlannedJob[];

const second = 1_000;

type Draw = { readonly random: Random; readonly repository: string };

/** Every kind of episode, and how often it comes in the mix compared with the others. */
export const episodeKinds = {
  steady: { weight: 60, plan: planSteady },
  matrix: { weight: 3, plan: planMatrix },
  burst: { weight: 1, plan: planBurst },
  // By themselves only: what GitHub grants one installation, and CodeBuild's quota, last them minutes.
  "burst-of-one-owner": { weight: 0, plan: planBurstOfOneOwner },
  "burst-of-builds": { weight: 0, plan: planBurstOfBuilds },
  flood: { weight: 5, plan: planFlood },
  subsets: { weight: 30, plan: planSubsets },
  reruns: { weight: 30, plan: planRerun },
  approvals: { weight: 30, plan: planApprovals },
  cancellations: { weight: 30, plan: planCancellations },
  refusals: { weight: 10, plan: planRefusals },
  ladders: { weight: 30, plan: planLadders },
} as const satisfies Readonly<
  Record<string, { readonly weight: number; readonly plan: (draw: Draw) => Episode }>
>;

/** The name of a kind of episode, as `--workload` takes it. */
export type EpisodeKind = keyof typeof episodeKinds;

/** All kinds, in the order of the table. */
export const episodeNames: readonly EpisodeKind[] = Object.keys(episodeKinds).filter(isEpisodeKind);

/** Whether there are episodes of that name. */
export function isEpisodeKind(name: string): name is EpisodeKind {
  return Object.hasOwn(episodeKinds, name);
}

function planSteady({ random }: Draw): Episode {
  let after = 0;
  return Array.from({ length: drawInteger(random, 10, 40) }, () => {
    after += drawInteger(random, 0, 4 * second);
    return { after, job: drawJob(random, drawRepository(random)) };
  });
}

function planMatrix({ random, repository }: Draw): Episode {
  const labels = ["self-hosted", "tornade", `matrix-${drawInteger(random, 1, 1e9)}`];
  const durationMilliseconds = drawDuration(random);
  return Array.from({ length: 256 }, (_, index) => ({
    after: 0,
    run: 1,
    // Names of a matrix have the characters that tags must not have.
    job: { repository, name: `test (${index + 1}, linux)`, labels, durationMilliseconds },
  }));
}

function planBurst({ random }: Draw): Episode {
  return planThousand(random, () => drawRepository(random));
}

function planBurstOfOneOwner({ random }: Draw): Episode {
  return planThousand(random, () => `acme/app-${drawInteger(random, 1, 10)}`);
}

function planBurstOfBuilds(draw: Draw): Episode {
  return planBurst(draw).map(({ after, job }, index) => {
    const labels = ["tornade", `build-${index}`, "runs-on=CODEBUILD"];
    return { after, job: { ...job, labels } };
  });
}

function planThousand(random: Random, draw: () => string): Episode {
  return Array.from({ length: 1_000 }, (_, index) => ({
    after: index * 5,
    job: drawJob(random, draw()),
  }));
}

function planFlood({ random, repository }: Draw): Episode {
  const flood = Array.from({ length: 150 }, (_, index) => ({
    after: index * 50,
    job: drawJob(random, repository),
  }));
  const others = Array.from({ length: 20 }, (_, index) => ({
    after: index * 500,
    job: drawJob(random, drawRepository(random)),
  }));
  return [...flood, ...others].toSorted((one, other) => one.after - other.after);
}

/** Any of these may take the runner of another whose labels include its own. */
function planSubsets({ random, repository }: Draw): Episode {
  const run = `run-${drawInteger(random, 1, 1e9)}`;
  const sets: readonly [readonly string[], ...(readonly string[])[]] = [
    ["tornade", run],
    ["tornade", run, "arch=ARM64"],
    ["tornade", run, "runs-on=FARGATE_SPOT"],
    ["tornade", run, "runs-on=FARGATE_SPOT", "arch=ARM64"],
    ["tornade"],
    ["tornade", "arch=ARM64"],
  ];
  return Array.from({ length: drawInteger(random, 4, 12) }, (_, index) => ({
    after: drawInteger(random, 0, 20 * second),
    run: 1,
    job: { ...drawJob(random, repository), name: `part-${index}`, labels: drawOne(random, sets) },
  })).toSorted((one, other) => one.after - other.after);
}

function planRerun({ random, repository }: Draw): Episode {
  return Array.from({ length: drawInteger(random, 2, 8) }, (_, index) => ({
    after: 0,
    run: 1,
    rerun: index === 0,
    job: {
      ...drawJob(random, repository),
      name: `step-${index}`,
      conclusion: index === 0 || drawChance(random, 0.3) ? "failure" : "success",
    },
  }));
}

function planApprovals({ random, repository }: Draw): Episode {
  return Array.from(
    { length: drawInteger(random, 1, 6) },
    () =>
      ({
        after: drawInteger(random, 0, 5) * second,
        job: {
          ...drawJob(random, repository),
          environment: "production",
          status: drawChance(random, 0.7) ? "waiting" : "pending",
        },
        releaseAfter: drawInteger(random, 0, 20 * 60) * second,
        ...(drawChance(random, 0.15) ? { cancelAfter: drawInteger(random, 1, 600) * second } : {}),
      }) as const,
  ).toSorted((one, other) => one.after - other.after);
}

function planCancellations({ random, repository }: Draw): Episode {
  return Array.from({ length: drawInteger(random, 2, 10) }, () => ({
    after: 0,
    run: 1,
    job: drawJob(random, repository),
    cancelAfter: drawInteger(random, 0, 90 * second),
  }));
}

const mistakes = ["runs-on=FARGET", "arch=X68", "cpu=many", "runson=FARGATE", "memory=0"] as const;

function planRefusals({ random, repository }: Draw): Episode {
  return Array.from({ length: drawInteger(random, 1, 3) }, (_, index) => ({
    after: index * second,
    job: {
      ...drawJob(random, repository),
      labels: ["tornade", `slip-${drawInteger(random, 1, 1e9)}`, drawOne(random, mistakes)],
    },
  }));
}

const ladders = [
  "FARGATE_SPOT+FARGATE+CODEBUILD",
  "FARGATE_SPOT+FARGATE",
  "CODEBUILD+FARGATE",
  "FARGATE_SPOT",
  "CODEBUILD",
] as const;

function planLadders({ random }: Draw): Episode {
  return Array.from({ length: drawInteger(random, 3, 12) }, (_, index) => {
    const ladder = drawOne(random, ladders);
    const size = [`cpu=${drawOne(random, [1, 2, 4])}`, `memory=${drawOne(random, [4, 7, 8])}`];
    const labels = ["self-hosted", "tornade", `ladder-${drawInteger(random, 1, 1e9)}`];
    return {
      after: index * drawInteger(random, 0, 3) * second,
      job: {
        ...drawJob(random, drawRepository(random)),
        labels: [...labels, `runs-on=${ladder}`, `arch=${drawArchitecture(random)}`, ...size],
      },
    };
  }).toSorted((one, other) => one.after - other.after);
}
