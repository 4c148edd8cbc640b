import type { JobEnvelope } from "../../functions/core/envelope.ts";
import type { Page, OpenRuns } from "../../functions/core/open-runs.ts";
import type { Origin, Repository } from "../../functions/core/job.ts";
import type { OpenRun } from "../../functions/core/sweep.ts";

/** A run of the repository that is asked about, unless it names another. */
type FakeRun = Omit<OpenRun, "repository"> & { readonly repository?: Repository };

/** GitHub's lists, in memory: runs by status and jobs by run, of any repository. */
export function createFakeRuns() {
  const fake = {
    asked: new Array<string>(),
    /** About whom lists of jobs were asked for. */
    origins: new Array<Origin>(),
    listed: {
      queued: new Array<FakeRun>(),
      in_progress: new Array<FakeRun>(),
      waiting: new Array<FakeRun>(),
      pending: new Array<FakeRun>(),
    },
    jobs: new Map<number, JobEnvelope[]>(),
    left: 1,
    pageSize: 100,
    /** By what is asked: thrown instead of the answer. */
    faults: new Map<string, Error>(),
  };
  const answer = <T>(question: string, entries: readonly T[], hasMore = false): Page<T> => {
    fake.asked.push(question);
    const fault = fake.faults.get(question);
    if (fault !== undefined) throw fault;
    return { entries, hasMore, left: fake.left };
  };
  const runs: OpenRuns = {
    listRuns: async ({ repository }, status, page) => {
      const { fullName } = repository;
      const listed = fake.listed[status];
      const entries = listed
        .slice((page - 1) * fake.pageSize, page * fake.pageSize)
        .map((run) => ({ repository, ...run }));
      const which = page === 1 ? "" : `, ${page}`;
      const hasMore = listed.length > page * fake.pageSize;
      return answer(`${status} of ${fullName}${which}`, entries, hasMore);
    },
    listQueued: async (origin, runId, page) => {
      fake.origins.push(origin);
      const jobs = fake.jobs.get(runId) ?? [];
      const entries = jobs.slice((page - 1) * fake.pageSize, page * fake.pageSize);
      return answer(`jobs of ${runId}, ${page}`, entries, jobs.length > page * fake.pageSize);
    },
  };
  return { fake, runs };
}
