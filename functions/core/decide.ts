import { decideCheckFailed } from "./decide-check-failed.ts";
import { decideChecked } from "./decide-checked.ts";
import { decideCompleted, decideInProgress } from "./decide-progress.ts";
import { decideLaunchEnded } from "./decide-launch-ended.ts";
import { decideQueued } from "./decide-queued.ts";
import { decideRebind } from "./decide-rebind.ts";
import {
  decideBusy,
  decideBusyRegistration,
  decideNotRetired,
  decideRetired,
  decideEnded,
} from "./decide-runner.ts";
import { decideRerun, decideRun, decideRunListed, decideRunNotAsked } from "./decide-run.ts";
import { decideNotTold, decideTold } from "./decide-told.ts";
import { decideWake } from "./decide-wake.ts";
import {
  type Circumstances,
  type Decision,
  type Items,
  type LedgerEvent,
  nothing,
} from "./decision.ts";
import { returnTurn } from "./refusal-turns.ts";
import { underNewestName } from "./renaming.ts";

/**
 * What an event means for the items it is about: pure and total. Every event may come in any state,
 * in any order and again; an event that was written in part is simply decided once more.
 */
export function decide(items: Items, event: LedgerEvent, circumstances: Circumstances): Decision {
  return returnTurn(items, decideEvent(items, event, circumstances), circumstances);
}

function decideEvent(items: Items, event: LedgerEvent, circumstances: Circumstances): Decision {
  switch (event.kind) {
    case "job":
      return decideJob(items, event, circumstances);
    case "wake":
      return decideWake(items, event.itemId, circumstances);
    case "launch-ended":
      return decideLaunchEnded(items, event, circumstances);
    case "job-checked":
      return decideChecked(items, event, circumstances);
    case "check-failed":
      return decideCheckFailed(items, event, circumstances);
    case "runner-ended":
      return decideEnded(items, event.end, circumstances);
    case "rebind":
      return decideRebind(items, event.runnerName, circumstances);
    case "runner-retired":
      return decideRetired(items, event, circumstances);
    case "runner-not-retired":
      return decideNotRetired(items, event, circumstances);
    case "registration-busy":
      return decideBusyRegistration(items, event, circumstances);
    case "runner-busy":
      return decideBusy(items, event);
    case "job-told":
      return decideTold(items, event);
    case "job-not-told":
      return decideNotTold(items, event, circumstances);
    case "run":
      return decideRun(items, event, circumstances);
    case "run-listed":
      return decideRunListed(items, event, circumstances);
    case "run-rerun":
      return decideRerun(items, event, circumstances);
    case "run-not-asked":
      return decideRunNotAsked(items, event, circumstances);
  }
}

function decideJob(
  items: Items,
  { envelope, assessment }: Extract<LedgerEvent, { kind: "job" }>,
  circumstances: Circumstances,
): Decision {
  switch (envelope.action) {
    case "queued":
      // Nor is a job served under the name of somebody who is shut out.
      if (assessment.kind === "ignore") return nothing(assessment.reason);
      return underNewestName(items, envelope, (named) =>
        decideQueued(named, { envelope, assessment }, circumstances),
      );
    case "in_progress":
    case "completed": {
      const decideNews = envelope.action === "completed" ? decideCompleted : decideInProgress;
      return underNewestName(items, envelope, (named) =>
        decideNews(named, { envelope, assessment }, circumstances),
      );
    }
  }
}
