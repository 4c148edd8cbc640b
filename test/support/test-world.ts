import { generateKeyPairSync } from "node:crypto";

import { createJsonLog } from "../../functions/adapters/json-log.ts";
import type { JobItem, RunnerItem } from "../../functions/core/ledger.ts";
import { readLedger } from "../../local/read-ledger.ts";
import type { NewJob } from "../../simulator/github/jobs.ts";
import type { Job } from "../../simulator/github/model.ts";
import { callName } from "../../simulator/simulation/call-name.ts";
import { createVirtualTimeline, type VirtualTimeline } from "../../simulator/virtual-timeline.ts";
import type { WireRequest, WireResponse, WireService } from "../../simulator/wire.ts";
import { createWorld, type World, type WorldOptions } from "../../simulator/world.ts";

/** Made once a test run: generating an RSA key takes a while. */
export const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});

/** What happens to one call to the outside; `next` lets it have its effect. */
export type Intercept = (
  call: string,
  next: () => Promise<WireResponse>,
  request: WireRequest,
) => Promise<WireResponse>;

/** A world on a virtual clock, with every call of its functions to AWS and GitHub recorded. */
export type TestWorld = World & {
  readonly timeline: VirtualTimeline;
  /** Names of the calls, e.g. `RunTask` and `POST generate-jitconfig`, with what they carried. */
  readonly calls: { readonly name: string; readonly at: number; readonly request: WireRequest }[];
  /** Lines of the log, as written. */
  readonly lines: string[];
  /** May be set and unset at any time. */
  readonly outside: { intercept: Intercept };
  readonly queueJob: (added?: Partial<NewJob>) => Job;
  /** Lets so many seconds pass. */
  readonly pass: (seconds: number) => Promise<void>;
};

export const start = Date.UTC(2026, 10, 21, 12);
export const repository = "acme/app";
export const webhookSecret = "a secret for tests";

/** A world with one private repository, in which nothing has happened yet. */
export async function createTestWorld(options: Partial<WorldOptions> = {}): Promise<TestWorld> {
  const timeline = createVirtualTimeline(start);
  const lines: string[] = [];
  const calls: TestWorld["calls"][number][] = [];
  const outside: TestWorld["outside"] = { intercept: async (_call, next) => next() };
  const record =
    (service: WireService): WireService =>
    async (request) => {
      const name = callName(request);
      calls.push({ name, at: timeline.now(), request });
      return outside.intercept(name, async () => service(request), request);
    };
  const world = await createWorld({
    timeline,
    privateKey,
    webhookSecret,
    random: createTestRandom(),
    log: createJsonLog((line) => lines.push(line)),
    betweenAws: record,
    betweenGitHub: record,
    ...options,
  });
  world.gitHub.addRepository({ fullName: repository });
  return {
    ...world,
    timeline,
    lines,
    calls,
    outside,
    queueJob: (added = {}) =>
      world.gitHub.queueJob({ repository, name: "test", labels: ["tornade"], ...added }),
    pass: async (seconds) => timeline.advance(seconds * 1_000),
  };
}

/** How often each call was made. */
export function countCalls(
  { calls }: Pick<TestWorld, "calls">,
  names: readonly string[],
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    names.map((wanted) => [wanted, calls.filter(({ name }) => name === wanted).length]),
  );
}

/** The item of a job; fails where there is none. */
export async function readJobItem(
  world: World,
  { id, runAttempt }: Pick<Job, "id" | "runAttempt">,
): Promise<JobItem> {
  const { jobs } = await readLedger(world);
  const item = jobs.find((one) => one.id === `job#${id}-${runAttempt}`);
  if (item === undefined) throw new Error(`the ledger has no job ${id}`);
  return item;
}

/** All runner items, in no order. */
export async function readRunnerItems(world: World): Promise<readonly RunnerItem[]> {
  return (await readLedger(world)).runners;
}

/** A repeatable stand-in for Math.random. */
export function createTestRandom(seed = 12_345): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

/** A call that never settles: the instance that made it is gone. */
export async function never(): Promise<never> {
  return new Promise(() => {});
}
