/** Whether a repository has opted in to re-runs: by its full name, or with all others of its owner. */
export function hasOptedIn(fullName: string, repositories: readonly string[]): boolean {
  const name = fullName.toLowerCase();
  const ofOwner = `${name.slice(0, name.indexOf("/"))}/*`;
  return repositories.some((entry) => [name, ofOwner].includes(entry.toLowerCase()));
}
