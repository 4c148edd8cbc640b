import { jobKey } from "../../functions/core/job.ts";
import { overdueAfter } from "../../functions/core/waits.ts";
import { launchedItem, queuedJob, start } from "./builders.ts";

/** A job that was launched, and at the time `now` should long have been taken by its own runner. */
export const key = jobKey(queuedJob());
export const now = start + overdueAfter;
export const overdue = launchedItem({ wakeAt: now });
export const own = "tornade-4711-1-1";
