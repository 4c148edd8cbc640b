import type { JobEnvelope } from "../../functions/core/envelope.ts";
import type { Page, OpenRuns } from "../../functions/core/open-runs.ts";
import type { OpenRun } from "../../functions/core/sweep.ts";

/** GitHub's lists, in memory: runs by status and jobs by run, of any repository. */
export function createFakeRuns() {
  const fake = {
    asked: new Array<string>(),
    listed: {
      queued: new Array<OpenRun>(),
      in_progress: new Array<OpenRun>(),
      waiting: new Array<OpenRun>(),
      pending: new Array<OpenRun>(),
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
    listRuns: async ({ repository: { fullName } }, status, page) => {
      const listed = fake.listed[status];
      const entries = listed.slice((page - 1) * fake.pageSize, page * fake.pageSize);
      const which = page === 1 ? "" : `, ${page}`;
      const hasMore = listed.length > page * fake.pageSize;
      return answer(`${status} of ${fullName}${which}`, entries, hasMore);
    },
    listQueued: async (_origin, runId, page) => {
      const jobs = fake.jobs.get(runId) ?? [];
      const entries = jobs.slice((page - 1) * fake.pageSize, page * fake.pageSize);
      return answer(`jobs of ${runId}, ${page}`, entries, jobs.length > page * fake.pageSize);
    },
  };
  return { fake, runs };
}
