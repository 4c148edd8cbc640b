import { createDispatchPorts } from "../adapters/dispatch-ports.ts";
import { readDispatchSettings } from "../adapters/dispatch-settings.ts";
import { watchGitHubBudget } from "../adapters/github-budget.ts";
import type { Surroundings } from "../adapters/surroundings.ts";
import { dispatch } from "../core/dispatch.ts";
import { readRunnerEnd } from "../core/state-change.ts";

/**
 * What EventBridge calls with a state change of a task or build; rejects when it has to come again,
 * which EventBridge and Lambda see to.
 */
export type FollowRunner = (event: unknown) => Promise<void>;

/** The function behind the state changes of tasks and builds. */
export async function createFollowRunner(surroundings: Surroundings): Promise<FollowRunner> {
  const settings = readDispatchSettings(surroundings.env);
  const budget = watchGitHubBudget(surroundings);
  const ports = await createDispatchPorts(budget.surroundings, settings);
  return async (event) => {
    try {
      const end = readRunnerEnd(event, ports.now());
      if (end !== undefined) await dispatch({ kind: "runner-ended", end }, ports);
    } catch (error) {
      ports.log.error("state change not followed", { error });
      throw error;
    } finally {
      budget.tell();
    }
  };
}
