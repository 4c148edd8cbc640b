import type { RunnerDebt, RunnerItem } from "./ledger.ts";
import type { Log } from "./log.ts";
import type { Compute, RunnerProviders } from "./runner-provider.ts";
import type { Registrar, RunnerRegistry } from "./runner-registry.ts";
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
 * Removes the registration of a runner that is no longer needed, then stops its compute. What could
 * not be done stays owed.
 * @returns what is done, or need not be done any more; `busy` for one that has a job by now and is
 * left alone; `held` for one that GitHub calls busy although nothing of it is left
 */
export async function retireRunner(
  runner: RunnerItem,
  ports: RetirePorts,
): Promise<readonly RunnerDebt[] | "busy" | "held"> {
  const done: RunnerDebt[] = [];
  try {
    for (const debt of runner.owed) {
      if (debt === "stop") {
        if (!(await stop(runner, ports))) break;
      } else if ((await deregister(runner, ports)) === "busy") {
        return (await findCompute(runner, ports)) === undefined ? "held" : "busy";
      }
      done.push(debt);
    }
  } catch (error) {
    ports.log.warn("runner not retired", { runnerName: runner.name, owed: runner.owed, error });
  }
  return done;
}

async function deregister(
  runner: RunnerItem,
  { registry }: RetirePorts,
): Promise<"removed" | "busy" | "gone"> {
  const registrar = registrarOf(runner);
  if (registrar === undefined) return "gone";
  const registrationId =
    runner.registrationId ?? (await registry.find(registrar, runner.name))?.registrationId;
  return registrationId === undefined ? "gone" : registry.remove(registrar, registrationId);
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

function registrarOf({ repository, installationId }: RunnerItem): Registrar | undefined {
  if (repository === undefined) return undefined;
  return { repository, ...(installationId === undefined ? {} : { installationId }) };
}
