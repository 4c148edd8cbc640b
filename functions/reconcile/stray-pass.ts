import { createBuildList } from "../adapters/listed-builds.ts";
import { createTaskList } from "../adapters/listed-tasks.ts";
import type { Surroundings } from "../adapters/surroundings.ts";
import { type ListComputes, retireStrays } from "../core/retire-strays.ts";
import type { Ledger } from "../core/ledger.ts";
import type { ReconcileSettings } from "./settings.ts";

/** In every how many minutes of the clock it is looked. */
const everyMinutes = 5;

/**
 * Wires the pass over what runs without need. Local mode has none: what it starts ends with it. One service
 * that does not answer keeps nothing of the other from being looked at.
 */
export function createStrayPass(
  surroundings: Surroundings,
  settings: ReconcileSettings,
  ledger: Ledger,
): () => Promise<void> {
  const { now, log, platform } = surroundings;
  if (platform !== undefined) return async () => {};
  const { runnerPrefix, idleSeconds } = settings;
  const ports = { ledger, now, log, runnerPrefix, idleSeconds };
  const lists = createLists(surroundings, settings);
  return async () => {
    if (Math.floor(now() / 60_000) % everyMinutes !== 0) return;
    const passes = await Promise.allSettled(lists.map(async (list) => retireStrays(list, ports)));
    for (const pass of passes) {
      if (pass.status === "rejected") log.warn("strays not looked for", { error: pass.reason });
    }
  };
}

function createLists(
  surroundings: Surroundings,
  { cluster, codeBuildProject }: ReconcileSettings,
): readonly ListComputes[] {
  return [
    ...(cluster === "" ? [] : [createTaskList(surroundings, cluster)]),
    ...(codeBuildProject === "" ? [] : [createBuildList(surroundings, codeBuildProject)]),
  ];
}
