import { createLambdaSurroundings } from "../adapters/surroundings.ts";
import { createLaunchRunner } from "./launch-runner.ts";

/** What AWS Lambda calls; everything warm is made here, during its INIT phase. */
export const handler = await createLaunchRunner(createLambdaSurroundings());
