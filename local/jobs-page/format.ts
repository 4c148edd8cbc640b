/** A duration as people say it: `4.0 s`, `3 min 20 s`, `1 h 05 min`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${minutes} min ${twoDigits(Math.round(seconds) % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

/** A moment: `2026-11-29 23:39:31 UTC`. */
export function formatMoment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** An amount of USD, down to a hundredth of a cent. */
export function formatCost(cost: number): string {
  return `$${cost.toFixed(4)}`;
}

function twoDigits(count: number): string {
  return String(count).padStart(2, "0");
}
