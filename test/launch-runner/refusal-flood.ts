import type { Job } from "../../simulator/github/model.ts";
import { createTestWorld, type TestWorld } from "../support/test-world.ts";

/** Labels that no job can be served with. */
export const badLabels = ["tornade", "runs-on=FARGET"];

/** How many jobs of one repository are refused at once. */
export const flood = 100;

/** A repository whose jobs all have to be refused, beside another one. */
export async function createFlood(
  settings: Readonly<Record<string, string>> = {},
): Promise<TestWorld> {
  const world = await createTestWorld({ env: settings });
  world.gitHub.addRepository({ fullName: "acme/other" });
  for (let index = 0; index < flood; index += 1) {
    world.queueJob({ labels: [...badLabels, `${index}`], name: `bad ${index}`, runId: 77 });
  }
  return world;
}

/** Jobs that ended because of what is wrong with them, in the order of their ends. */
export function refusedJobs({ gitHub }: TestWorld): readonly Job[] {
  return gitHub
    .jobs()
    .filter(({ conclusion, annotations }) => conclusion === "failure" && annotations.length > 0)
    .toSorted((one, other) => (one.completedAt ?? 0) - (other.completedAt ?? 0));
}
