import { randomUuid } from "./identifiers.ts";
import { type Runner, sameName } from "./model.ts";
import type { State } from "./state.ts";
import type { Watcher } from "./watcher.ts";

/** What a registration is made from. */
export type NewRunner = Pick<Runner, "name" | "scope" | "groupId" | "labels">;

/** How long GitHub keeps the registration of an ephemeral runner that is not connected. */
const keptOfflineMilliseconds = 86_400_000;

/** Registers a runner, or does nothing when the name is taken in that scope. */
export function registerRunner(state: State, added: NewRunner): Runner | undefined {
  const taken = [...state.runners.values()].some(
    ({ scope, name }) => sameName(scope, added.scope) && sameName(name, added.name),
  );
  if (taken) return undefined;
  const identity = { id: state.nextId.runner(), clientId: randomUuid(state.random) };
  const runner: Runner = { ...added, ...identity, status: "unused", jobId: null };
  state.runners.set(runner.id, runner);
  tell(state, runner, "registered");
  expireLater(state, runner.id);
  return runner;
}

/** Changes a registration that still exists. */
export function updateRunner(
  state: State,
  id: number,
  changes: Partial<Pick<Runner, "status" | "jobId">>,
): void {
  const runner = state.runners.get(id);
  if (runner === undefined) return;
  const changed = { ...runner, ...changes };
  state.runners.set(id, changed);
  tell(state, changed, "changed");
  if (changes.status === "online") cancelExpiry(state, id);
  if (changes.status === "offline") expireLater(state, id);
}

/** Drops a registration without telling the runner. */
export function dropRunner(state: State, id: number): void {
  cancelExpiry(state, id);
  const runner = state.runners.get(id);
  if (state.runners.delete(id) && runner !== undefined) tell(state, runner, "dropped");
}

/** Whether GitHub may give this runner a job of the repository with these labels, once it is idle. */
export function canServe(
  runner: Runner,
  job: { readonly repository: string; readonly labels: readonly string[] },
): boolean {
  const [owner = ""] = job.repository.split("/");
  if (!sameName(runner.scope, owner) && !sameName(runner.scope, job.repository)) return false;
  const offered = lowerCaseSet(runner.labels);
  return [...lowerCaseSet(job.labels)].every((label) => offered.has(label));
}

function tell({ watchers }: State, ...told: Parameters<Watcher["onRunner"]>): void {
  for (const watcher of watchers) watcher.onRunner(...told);
}

function expireLater(state: State, id: number): void {
  cancelExpiry(state, id);
  const cancel = state.timeline.after(keptOfflineMilliseconds, () => {
    dropRunner(state, id);
  });
  state.runnerExpiries.set(id, cancel);
}

function cancelExpiry(state: State, id: number): void {
  state.runnerExpiries.get(id)?.();
  state.runnerExpiries.delete(id);
}

/** Matching compares every waiting job with every idle runner: worth remembering. */
const lowerCaseSets = new WeakMap<readonly string[], ReadonlySet<string>>();

function lowerCaseSet(labels: readonly string[]): ReadonlySet<string> {
  const known = lowerCaseSets.get(labels);
  if (known !== undefined) return known;
  const made = new Set(labels.map((label) => label.toLowerCase()));
  lowerCaseSets.set(labels, made);
  return made;
}
