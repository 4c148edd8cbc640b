import { createLambdaSurroundings } from "../adapters/surroundings.ts";
import { createReconcile } from "./reconcile.ts";

/** What AWS Lambda calls; everything warm is made here, during its INIT phase. */
export const handler = await createReconcile(createLambdaSurroundings());
