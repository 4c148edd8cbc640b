import { type CursorItem, cursorItemId } from "./cursor-item.ts";
import type { Discovery } from "./discovery.ts";
import type { Ledger } from "./ledger.ts";
import { boundRuns } from "./sweep.ts";
import type { SweepMemory } from "./sweep-memory.ts";
import { retention } from "./waits.ts";

type CursorState = Partial<Omit<CursorItem, "kind" | "id" | "wakeAt" | "expiresAt">>;

/** A state as the ledger had it, with the number of times it was written. */
export type CursorRecord<State> = { readonly state: State; readonly version: number };

type CursorPorts = { readonly ledger: Ledger; readonly now: () => number };

/** What passes of one kind remember from one to the next. */
export type Cursor<State> = {
  read(ledger: Ledger): Promise<CursorRecord<State>>;
  /** Writes the state where it changed; nothing when another pass was faster, which then is at it. */
  write(
    record: CursorRecord<State>,
    state: State,
    ports: CursorPorts,
  ): Promise<CursorRecord<State> | undefined>;
};

/** Which failed deliveries of webhooks are settled: all until `at`, and some since. */
export const deliveriesCursor = createCursor(
  "deliveries",
  ({ at = 0, settled = [], asked = [] }) => ({ at, settled, asked }),
);

/** Which repositories were active lately. */
export const sweepCursor = createCursor<SweepMemory>(
  "sweep",
  ({ repositories = [], forgotten = [] }) => ({ repositories: boundRuns(repositories), forgotten }),
);

/** How far the look for repositories that became active has come. */
export const installationsCursor = createCursor<Discovery>(
  "installations",
  ({ at = 0, installations = [], repositories = [] }) => ({
    at,
    installations,
    repositories: boundRuns(repositories),
  }),
);

/** What is known of the images that are built from folders. */
export const imagesCursor = createCursor("images", ({ images = [] }) => ({ images }));

/** @param toState what is kept of a state, and what an item that was never written begins with */
function createCursor<State extends CursorState>(
  name: string,
  toState: (state: CursorState) => State,
): Cursor<State> {
  const id = cursorItemId(name);
  return {
    read: async (ledger) => {
      const { item, version } = await ledger.read(id);
      return { state: toState(item?.kind === "cursor" ? item : {}), version };
    },
    write: async ({ state: known, version }, changed, { ledger, now }) => {
      const state = toState(changed);
      if (JSON.stringify(state) === JSON.stringify(known)) return { state, version };
      const [at, expiresAt] = [now(), now() + retention];
      const isWritten = await ledger.write(
        { kind: "cursor", id, at, ...state, expiresAt },
        version,
      );
      return isWritten ? { state, version: version + 1 } : undefined;
    },
  };
}
