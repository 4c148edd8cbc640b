import { createLambdaSurroundings } from "../adapters/surroundings.ts";
import { createFollowRunner } from "./follow-runner.ts";

/** What AWS Lambda calls; everything warm is made here, during its INIT phase. */
export const handler = await createFollowRunner(createLambdaSurroundings());
