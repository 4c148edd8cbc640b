import { jsonResponse, type WireResponse } from "../../simulator/wire.ts";
import type { Deliver, Host, WorldOptions } from "../../simulator/world.ts";
import { listBuilds, listTasks, readDeadLetters } from "../support/machines.ts";
import { createTestWorld, type TestWorld } from "../support/test-world.ts";

/** A world whose webhook can be made to fail, or to lose what it takes, for a while. */
export async function createFlakyWorld(options: Partial<WorldOptions> = {}) {
  const flaw: { answer: number | undefined } = { answer: undefined };
  const betweenWebhook = (next: Deliver): Deliver => {
    return async (request) => (flaw.answer === undefined ? next(request) : { status: flaw.answer });
  };
  return { flaw, world: await createTestWorld({ betweenWebhook, ...options }) };
}

/** Starts every function cold for each of its invocations: nothing that is kept in memory survives. */
export const everCold: Host = async (_name, create, surround) => async (input) => {
  const invoke = await create(surround());
  return invoke(input);
};

/** An error as AWS answers it. */
export function awsError(type: string, message = "not now"): WireResponse {
  return jsonResponse(400, { __type: type, message });
}

/** Has one kind of call answered otherwise, until the function returned is called. */
export function answerInstead(
  { outside }: TestWorld,
  call: string,
  answer: () => WireResponse | undefined,
): () => void {
  outside.intercept = async (made, next) => (made === call ? (answer() ?? (await next())) : next());
  return () => {
    outside.intercept = async (_call, next) => next();
  };
}

/** How each job ended, in the order in which they were queued; null while it has not. */
export function conclusionsOf({ gitHub }: TestWorld): readonly (string | null)[] {
  return gitHub.jobs().map(({ conclusion }) => conclusion);
}

/** All that must not be left behind once every job has ended. */
export async function readLeftovers(world: TestWorld): Promise<readonly unknown[]> {
  return [
    ...(await listTasks(world)),
    ...(await listBuilds(world)),
    ...world.gitHub.runners(),
    ...(await readDeadLetters(world)),
  ];
}
