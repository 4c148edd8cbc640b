import { jobKey } from "./job.ts";
import { type JobItem, type Launch, type Ledger, runnerItemId } from "./ledger.ts";
import { runnerName } from "./runner-name.ts";
import type { Compute, RunnerProviders } from "./runner-provider.ts";

/** What looking for the runner of a launch needs of the outside. */
export type FindPorts = {
  readonly ledger: Pick<Ledger, "read">;
  readonly providers: RunnerProviders;
  readonly runnerPrefix: string;
};

/**
 * The compute of one launch of a job that is alive or still starting. Its id, where it was written
 * down, is asked for by itself: among thousands of others the name alone is found late or never.
 */
export async function findCompute(
  { job }: JobItem,
  { number, provider, at }: Launch,
  { ledger, providers, runnerPrefix }: FindPorts,
): Promise<Compute | undefined> {
  const name = runnerName(runnerPrefix, jobKey(job), number);
  const { item } = await ledger.read(runnerItemId(name));
  const { computeId } = item?.kind === "runner" ? item : {};
  const sought = { name, launchedAt: at, ...(computeId === undefined ? {} : { computeId }) };
  return providers[provider].find(sought);
}
