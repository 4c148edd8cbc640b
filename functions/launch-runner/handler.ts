import { createLambdaSurroundings } from "../adapters/surroundings.ts";
import { createLaunchRunner } from "./launch-runner.ts";

export const handler = await createLaunchRunner(createLambdaSurroundings());
