import type { Dice } from "./dice.ts";

const minute = 60_000;

/** As long as a job waits for capacity until it is refused, and a little more. */
const starvedFor = 75 * minute;

/** After this its people have been told, and cancel the run. */
const patience = 110 * minute;

type Famine = { readonly until: number; readonly isTotal: boolean };

/** Whether there is nothing to be had for a launch of these jobs. */
export type Starves = (jobs: readonly number[], launch: { readonly isRefusal: boolean }) => boolean;

/**
 * Some jobs find no capacity for more than an hour, because of what they ask for; for some of them
 * not even a runner of the default size, which would tell that, can be started.
 */
export function createStarvation(dice: Dice): Starves {
  const famines = new Map<number, Famine>();
  return (jobs, { isRefusal }) => {
    const [id] = jobs;
    if (id === undefined) return false;
    const famine = famines.get(id) ?? starve(dice, id);
    if (famine === undefined) return false;
    famines.set(id, famine);
    return famine.until > dice.timeline.now() && (famine.isTotal || !isRefusal);
  };
}

function starve(dice: Dice, id: number): Famine | undefined {
  if (!dice.strikes("starved", [id])) return undefined;
  const { timeline } = dice;
  timeline.after(patience, () => {
    dice.services().gitHub.cancelJob(id);
  });
  return { until: timeline.now() + starvedFor, isTotal: dice.between("starved", 0, 1) < 0.4 };
}
