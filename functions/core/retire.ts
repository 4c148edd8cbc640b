import type { Origin } from "./job.ts";
import type { LedgerEvent } from "./decision.ts";
import { GitHubError } from "./github-error.ts";
import type { RunnerDebt, RunnerItem } from "./ledger.ts";
import type { Log } from "./log.ts";
import type { Compute, RunnerProviders } from "./runner-provider.ts";
import type { RunnerRegistry } from "./runner-registry.ts";
import { settleAfter } from "./waits.ts";

/** What retiring a runner needs of the outside. */
export type RetirePorts = {
  readonly registry: RunnerRegistry;
  readonly providers: RunnerProviders;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/**
 * Removes the registration of a runner that is no longer needed, then stops its compute: in this order,
 * because GitHub alone knows whether it has a job by now. As long as GitHub does not answer, or refuses
 * for good, nothing is stopped: a runner without a job ends by itself. What could not be done stays owed.
 * @returns what has come of it, as far as it is news
 */
export async function carryOutRetirement(
  runner: RunnerItem,
  ports: RetirePorts,
): Promise<readonly LedgerEvent[]> {
  const { name } = runner;
  const done: RunnerDebt[] = [];
  try {
    for (const debt of runner.owed) {
      if (debt === "stop") {
        if (!(await stop(runner, ports))) break;
      } else if ((await deregister(runner, ports)) === "busy") {
        return [await tellBusy(runner, ports)];
      }
      done.push(debt);
    }
    return tellDone(name, done);
  } catch (error) {
    ports.log.warn("runner not retired", { runnerName: name, owed: runner.owed, error });
    const retryAt = error instanceof GitHubError ? error.retryAt : undefined;
    const later = retryAt === undefined ? {} : { retryAt };
    return [...tellDone(name, done), { kind: "runner-not-retired", name, ...later }];
  }
}

// GitHub may also call a runner busy of which nothing is left.
async function tellBusy(runner: RunnerItem, ports: RetirePorts): Promise<LedgerEvent> {
  const { name, owed } = runner;
  if ((await findCompute(runner, ports)) === undefined) {
    return { kind: "registration-busy", name, done: owed };
  }
  return { kind: "runner-busy", runnerName: name };
}

function tellDone(name: string, done: readonly RunnerDebt[]): readonly LedgerEvent[] {
  return done.length === 0 ? [] : [{ kind: "runner-retired", name, done }];
}

async function deregister(
  runner: RunnerItem,
  { registry }: RetirePorts,
): Promise<"removed" | "busy" | "gone"> {
  const origin = originOf(runner);
  if (origin === undefined) return "gone";
  const registrationId =
    runner.registrationId ?? (await registry.find(origin, runner.name))?.registrationId;
  return registrationId === undefined ? "gone" : registry.remove(origin, registrationId);
}

async function findCompute(
  runner: RunnerItem,
  { providers }: RetirePorts,
): Promise<Compute | undefined> {
  return runner.provider === undefined ? undefined : providers[runner.provider].find(runner);
}

// What was just launched may be there and not be found yet: then it stays owed.
async function stop(runner: RunnerItem, ports: RetirePorts): Promise<boolean> {
  const { provider, launchedAt = 0 } = runner;
  if (provider === undefined) return true;
  const computeId = runner.computeId ?? (await findCompute(runner, ports))?.computeId;
  if (computeId === undefined) return launchedAt + settleAfter <= ports.now();
  await ports.providers[provider].stop(computeId, "no job needs this runner");
  return true;
}

function originOf({ repository, installationId }: RunnerItem): Origin | undefined {
  if (repository === undefined) return undefined;
  return { repository, ...(installationId === undefined ? {} : { installationId }) };
}
