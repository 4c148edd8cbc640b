import type { AskedEvent } from "./asked-redelivery.ts";
import type { BuiltImage } from "./built-image.ts";
import type { Repository } from "./job.ts";

/** How far a repeated look at something outside has come; `cursor.ts` says which look has which fields. */
export type CursorItem = {
  readonly kind: "cursor";
  readonly id: `cursor#${string}`;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Failed events that were delivered since, by GUID. */
  readonly settled?: readonly string[];
  /** Failed events that GitHub was asked to deliver again. */
  readonly asked?: readonly AskedEvent[];
  /** Repositories that may have jobs that nobody told of. */
  readonly repositories?: readonly ActiveRepository[];
  /** Repositories that were forgotten although rows of theirs are open. */
  readonly forgotten?: readonly ForgottenRepository[];
  /** How far the look for repositories that became active has come. */
  readonly installations?: readonly InstallationLook[];
  /** What is known of the images that are built from folders. */
  readonly images?: readonly BuiltImage[];
  readonly wakeAt?: never;
  readonly expiresAt: number;
};

/** The id of the item that keeps how far one look has come. */
export function cursorItemId(name: string): `cursor#${string}` {
  return `cursor#${name}`;
}

/** An owner who has the App installed. */
export type Installation = { readonly id: number; readonly owner: string };

/** A look over the repositories of one installation. Times are milliseconds since the epoch. */
export type InstallationLook = Installation & {
  readonly begunAt: number;
  /** When the look before it began: what happened since then is news. */
  readonly since: number;
  /** The page to be listed next, counted from 1; absent once all have been. */
  readonly page?: number;
};

/** A repository that has, or may have, open jobs. Times are milliseconds since the epoch. */
export type ActiveRepository = {
  readonly repository: Repository;
  readonly installationId?: number;
  /** When GitHub told this of the repository. */
  readonly knownAt?: number;
  /** When it last had an open job, or was taken up because it may have one, to within a few minutes. */
  readonly activeAt: number;
  /** When it is to be swept next. */
  readonly dueAt: number;
  /** Its open runs of which nothing was left to be told. */
  readonly runs: readonly SweptRun[];
};

/** A repository that GitHub showed to be another one, or none to be served; what is older counts no more. */
export type ForgottenRepository = { readonly id: number; readonly at: number };

/** A run as it was when it was last looked into. */
export type SweptRun = {
  readonly id: number;
  readonly updatedAt: number;
  readonly sweptAt: number;
};
