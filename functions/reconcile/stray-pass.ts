import { createBuildList } from "../adapters/listed-builds.ts";
import { createTaskList } from "../adapters/listed-tasks.ts";
import type { Surroundings } from "../adapters/surroundings.ts";
import { type ListComputes, retireStrays, type StrayPorts } from "../core/retire-strays.ts";
import type { Ledger } from "../core/ledger.ts";
import type { ReconcileSettings } from "./settings.ts";

/** How long after a look the next one comes: five minutes, as passes come a little early or late. */
const lookAgainAfter = 4.5 * 60_000;

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
  const looks = createLists(surroundings, settings).map((list) => createLook(list, ports));
  return async () => {
    await Promise.all(looks.map(async (look) => look()));
  };
}

// What was not seen to, or by an instance that is gone, is looked at in the next pass.
function createLook(list: ListComputes, ports: StrayPorts): () => Promise<void> {
  let dueAt = 0;
  return async () => {
    const now = ports.now();
    if (now < dueAt) return;
    try {
      const isDone = await retireStrays(list, ports);
      if (isDone) dueAt = now + lookAgainAfter;
    } catch (error) {
      ports.log.warn("strays not looked for", { error });
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
