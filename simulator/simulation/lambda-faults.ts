import type { Batches } from "./batches.ts";
import type { LambdaPolicy } from "./contract.ts";
import type { Dice } from "./dice.ts";

/** Functions die at any call, before or after its effect, freeze, time out, and disagree about the time. */
export function createLambdaPolicy(dice: Dice, batches: Batches): LambdaPolicy {
  return {
    decide: ({ request }) => {
      const concerned = () => batches.concernedBy(request.path, request.body);
      if (dice.strikes("killed-before", concerned)) return "kill-before";
      if (dice.strikes("killed-after", concerned)) return "kill-after";
      if (dice.strikes("frozen", concerned)) return { freeze: dice.between("frozen", 500, 8_000) };
      // Longer than any function may run: it ends where it is, with the call's effect.
      if (dice.strikes("timed-out", concerned)) return { freeze: 60_000 };
      return "run";
    },
    skew: () => {
      if (!dice.strikes("clock-skewed", [])) return 0;
      return Math.round(dice.between("clock-skewed", -1_500, 1_500));
    },
  };
}
