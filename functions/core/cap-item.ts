/** When each refused job of a repository has its turn to be refused. */
export type CapItem = {
  readonly kind: "cap";
  readonly id: `cap#${string}`;
  /** By job, when it has its turn: milliseconds since the epoch. */
  readonly turns: Readonly<Record<string, number>>;
  readonly wakeAt?: never;
  readonly expiresAt: number;
};

/** The id of the item that caps the refusals of one repository. */
export function capItemId(repositoryId: number): `cap#${string}` {
  return `cap#refusals#${repositoryId}`;
}
