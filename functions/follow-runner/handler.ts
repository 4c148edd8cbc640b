import { createLambdaSurroundings } from "../adapters/surroundings.ts";
import { createFollowRunner } from "./follow-runner.ts";

export const handler = await createFollowRunner(createLambdaSurroundings());
