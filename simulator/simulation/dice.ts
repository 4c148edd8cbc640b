import type { Services } from "../services.ts";
import type { Timeline } from "../timeline.ts";
import type { FaultOptions } from "./contract.ts";
import { type FaultName, faultRates } from "./fault-rates.ts";
import type { Random } from "./seeded-random.ts";
import type { Strikes } from "./strikes.ts";

/** The jobs that a fault concerns; worked out when it strikes, which is seldom, where that costs much. */
export type Concerned = readonly number[] | (() => readonly number[]);

/** What the faults of one family are made from. */
export type Dice = {
  /** Whether the fault strikes now; then that is recorded, with the jobs it concerns. */
  readonly strikes: (name: FaultName, jobIds: Concerned) => boolean;
  /** Records that a fault that struck before is felt once more. */
  readonly note: (name: FaultName, jobIds: readonly number[]) => void;
  /** A number of the fault's own stream, between the two given. */
  readonly between: (name: FaultName, least: number, most: number) => number;
  readonly isOn: (name: FaultName) => boolean;
  readonly timeline: Timeline;
  readonly services: () => Services;
};

/** Dice with a stream of its own for every fault. */
export function createDice(options: FaultOptions<FaultName>, strikes: Strikes): Dice {
  const { names, timeline, services } = options;
  const streams = new Map<FaultName, Random>();
  const draw = (name: FaultName): number => {
    const stream = streams.get(name) ?? options.stream(name);
    streams.set(name, stream);
    return stream();
  };
  return {
    strikes: (name, jobIds) => {
      if (!names.has(name) || draw(name) >= faultRates[name]) return false;
      const concerned = typeof jobIds === "function" ? jobIds() : jobIds;
      strikes.add({ fault: name, at: timeline.now() }, concerned);
      return true;
    },
    note: (name, jobIds) => {
      strikes.add({ fault: name, at: timeline.now() }, jobIds);
    },
    between: (name, least, most) => least + draw(name) * (most - least),
    isOn: (name) => names.has(name),
    timeline,
    services,
  };
}
