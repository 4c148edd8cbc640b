// The job's id in the name of its runner, in the ledger's keys, in GitHub's paths and payloads, and in
// our own messages; escaped quotes where JSON travels inside JSON.
const mentions = [
  /\btornade-(\d+)-\d+-\d+\b/gu,
  /\bjob#(\d+)-\d+/gu,
  /\/actions\/jobs\/(\d+)/gu,
  /\\?"(?:workflow_job|job)\\?":\s*\{\\?"id\\?":\s*(\d+)/gu,
] as const;

/** The jobs that a request, a message or an event is about, as far as its text tells. */
export function namedJobs(text: string): readonly number[] {
  const found = mentions.flatMap((mention) =>
    [...text.matchAll(mention)].map(([, id]) => Number(id)),
  );
  return [...new Set(found)];
}
