/** A way in which texts name a job, and what no text that does so lacks. */
type Mention = { readonly mark: string; readonly pattern: RegExp };

// The job's id in the name of its runner, in the ledger's keys, in GitHub's paths and payloads, and in
// our own messages; escaped quotes where JSON travels inside JSON.
const mentions: readonly Mention[] = [
  { mark: "tornade-", pattern: /\btornade-(\d+)-\d+-\d+\b/gu },
  { mark: "job#", pattern: /\bjob#(\d+)-\d+/gu },
  { mark: "/actions/jobs/", pattern: /\/actions\/jobs\/(\d+)/gu },
  { mark: 'job\\":', pattern: /\\"(?:workflow_job|job)\\":\s*\{\\"id\\":\s*(\d+)/gu },
  { mark: '"external_id":"', pattern: /"external_id":"(\d+)-\d+"/gu },
  { mark: 'job":', pattern: /"(?:workflow_job|job)":\s*\{"id":\s*(\d+)/gu },
];

/**
 * The latest answers: everybody who watches or disturbs a call asks about the same few texts, which are
 * the same strings, too, and so found sooner than by their hash.
 */
const latest: { readonly text: string; readonly jobs: readonly number[] }[] = [];
const mostLatest = 16;
let oldest = 0;

/** The jobs that a request, a message or an event is about, as far as its text tells. */
export function namedJobs(text: string): readonly number[] {
  const known = latest.find((answer) => answer.text === text);
  if (known !== undefined) return known.jobs;
  const jobs = findJobs(text);
  latest[oldest] = { text, jobs };
  oldest = (oldest + 1) % mostLatest;
  return jobs;
}

function findJobs(text: string): readonly number[] {
  const found = new Set<number>();
  for (const { mark, pattern } of mentions) {
    // Looking for a fixed text costs a fraction of looking for a pattern.
    if (!text.includes(mark)) continue;
    for (const [, id] of text.matchAll(pattern)) found.add(Number(id));
  }
  return [...found];
}
