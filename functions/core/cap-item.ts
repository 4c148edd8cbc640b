/** Who may do something of which there may only be so much. */
export type CapItem = {
  readonly kind: "cap";
  readonly id: `cap#${string}`;
  /** By job, when it has its turn: milliseconds since the epoch. */
  readonly turns: Readonly<Record<string, number>>;
  readonly wakeAt?: never;
  readonly expiresAt: number;
};

/** The id of the item that caps something in one repository. */
export function capItemId(name: string, repositoryId: number): `cap#${string}` {
  return `cap#${name}#${repositoryId}`;
}
