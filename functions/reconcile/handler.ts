import { createLambdaSurroundings } from "../adapters/surroundings.ts";
import { createReconcile } from "./reconcile.ts";

export const handler = await createReconcile(createLambdaSurroundings());
