/** What marks a message that was put into the queue unreadable: its number, and the job it came before. */
export function toPoisonMark(number: number, jobId: number): string {
  return `poison ${number} before job#${jobId}-1`;
}

/** The number in the mark of such a message; undefined for every other. */
export function readPoisonMark(body: string): number | undefined {
  // Looking for a fixed text costs a fraction of looking for a pattern.
  if (!body.includes("poison ")) return undefined;
  const number = /poison (\d+) before job#/u.exec(body)?.[1];
  return number === undefined ? undefined : Number(number);
}
