import { describe, expect, it } from "vitest";

import type { LedgerEvent } from "../../functions/core/decision.ts";
import { itemsAbout } from "../../functions/core/items-about.ts";
import type { ItemId, LedgerItem } from "../../functions/core/ledger.ts";
import {
  itemsOf,
  jobEvent,
  jobItem,
  launchedItem,
  launchEnded,
  launchOf,
  queuedJob,
  runEvent,
  runItem,
  runnerItem,
  runnerSpec,
} from "./builders.ts";
import { launched, runnerOf, running, swap } from "./robberies.ts";

const job = "job#4711-1";
const run = "run#99";
const first = "runner#tornade-4711-1-1";
const second = "runner#tornade-4711-1-2";
const robber = "runner#tornade-5-1-1";
const item = launchedItem({
  launches: [
    launchOf(1, { outcome: "open" }),
    launchOf(2, { outcome: "started" }),
    launchOf(3, { outcome: "not-started" }),
    launchOf(4, { outcome: "ended" }),
  ],
});
const stopped = { computeId: "task-1", at: 0, reason: "", interrupted: false };

/** What the event asks for once these have been read. */
function about(event: LedgerEvent, ...known: readonly LedgerItem[]): readonly ItemId[] {
  const items = itemsOf(...known);
  return itemsAbout(event, { items, asked: items }, "tornade");
}

describe("itemsAbout", () => {
  it.each<[event: LedgerEvent, ids: readonly string[]]>([
    [jobEvent(), [job, first]],
    [jobEvent({ job: queuedJob({ attempt: 2 }) }), ["job#4711-2", run]],
    [jobEvent({ job: queuedJob({ attempt: 2 }), action: "completed" }), ["job#4711-2"]],
    [runEvent(), [run]],
    [{ kind: "run-listed", run: runItem(), runnerNames: ["tornade-5-1-1", ""] }, [run, robber]],
    [{ kind: "run-rerun", run: runItem() }, [run]],
    [{ kind: "run-not-asked", run: runItem(), message: "" }, [run]],
    [jobEvent({ action: "in_progress", runnerName: "tornade-5-1-1" }), [job, robber, first]],
    [jobEvent({ action: "in_progress", runnerName: "tornade-5-1" }), [job, first]],
    [jobEvent({ action: "in_progress" }), [job, first]],
    [jobEvent({ action: "completed", runnerName: "tornade-5-1-1" }), [job, robber, first]],
    [jobEvent({ action: "completed" }), [job, first, second]],
    [{ kind: "wake", itemId: job }, [job, first]],
    [launchEnded({ kind: "quota", number: 2, message: "" }), [job, second]],
    [{ kind: "check-failed", jobKey: "4711-1", message: "no" }, [job, first, second]],
    [{ kind: "job-told", jobKey: "4711-1", outcome: "off" }, [job]],
    [{ kind: "job-not-told", jobKey: "4711-1", retryable: true }, [job]],
    [{ kind: "job-checked", jobKey: "4711-1", state: { status: "queued" } }, [job, first, second]],
    [
      {
        kind: "job-checked",
        jobKey: "4711-1",
        state: { status: "completed", runnerName: "tornade-5-1-1" },
      },
      [job, robber, first, second],
    ],
    [{ kind: "runner-ended", end: { runnerName: "tornade-4711-1-1", ...stopped } }, [first]],
    [{ kind: "runner-ended", end: { runnerName: "foreign", ...stopped } }, []],
    [{ kind: "runner-retired", name: "tornade-4711-1-1", done: [] }, [first]],
    [{ kind: "registration-busy", name: "tornade-4711-1-1", done: [] }, [first]],
    [{ kind: "runner-not-retired", name: "tornade-4711-1-1" }, [first]],
    [{ kind: "runner-busy", runnerName: "tornade-4711-1-1" }, [first]],
  ])("names what %j is about", (event, ids) => {
    expect(about(event, item)).toEqual(ids);
  });

  it.each<[event: LedgerEvent, ids: readonly string[]]>([
    [jobEvent({}, { kind: "refuse", reason: "odd", spec: runnerSpec() }), [job, "cap#refusals#7"]],
    [{ kind: "wake", itemId: job }, [job, "cap#refusals#7"]],
    [
      {
        kind: "job-checked",
        jobKey: "4711-1",
        state: { status: "queued" },
        seen: { name: "tornade-4711-1-1", state: "dead" },
      },
      [job, first, "cap#refusals#7"],
    ],
  ])("names the turns of the repository for a refused job: %j", (event, ids) => {
    const refused = jobItem({ refusal: "odd" });
    expect(about(event, refused)).toEqual(ids);
  });

  it.each<[what: string, event: LedgerEvent]>([
    ["did not fail", runEvent({ conclusion: "success" })],
    ["was run again already", runEvent({ attempt: 2 })],
    ["belongs to a repository that has not opted in", { ...runEvent(), isOptedIn: false }],
  ])("needs nothing for a run that %s", (_what, event) => {
    expect(about(event)).toEqual([]);
  });

  it("names the runners that a run waits for", () => {
    const waiting = runItem({ status: "waiting", runners: ["tornade-5-1-1"] });
    const event = { kind: "wake", itemId: run } as const;
    expect(about(event, waiting)).toEqual([run, robber]);
  });

  it("asks for the runner of a job that ended only where nobody told of its start", () => {
    const event = jobEvent({ action: "completed", runnerName: "tornade-5-1-1" });
    const bound = jobItem({ times: { started: 1 }, runnerName: "tornade-5-1-1" });
    expect(about(event)).toEqual([job]);
    expect(about(event, bound)).toEqual([job]);
    expect(about(event, { ...bound, runnerName: "tornade-6-1-1" })).toEqual([job, robber]);
    const unknown = { items: itemsOf(), asked: new Set<ItemId>([job]) };
    expect(itemsAbout(event, unknown, "tornade")).toEqual([job, robber]);
  });

  it("asks for the job of a runner that ended unless the runner served one", () => {
    const name = "tornade-4711-1-1";
    const event = { kind: "runner-ended", end: { runnerName: name, ...stopped } } as const;
    const { size: _size, ...unrecorded } = runnerItem({ serves: "5-1" });
    expect(about(event, runnerItem({ serves: "5-1" }))).toEqual([first]);
    expect(about(event, runnerItem())).toEqual([first, job]);
    expect(about(event, unrecorded)).toEqual([first, job]);
    const unknown = { items: itemsOf(), asked: new Set<ItemId>([first]) };
    expect(itemsAbout(event, unknown, "tornade")).toEqual([first, job]);
  });

  it("names no runners of a job that is not known yet", () => {
    expect(about(jobEvent({ action: "completed" }))).toEqual([job]);
  });

  it.each<[state: string, known: readonly LedgerItem[], ids: readonly string[]]>([
    ["is not known", [], ["runner#tornade-1-1-1"]],
    [
      "has another's job, both jobs unread",
      [runnerOf(1, 2)],
      ["runner#tornade-1-1-1", "job#1-1", "job#2-1"],
    ],
    [
      "has another's job, whose runner is unread",
      [runnerOf(1, 2), launched(1), running(2, "tornade-1-1-1")],
      ["runner#tornade-1-1-1", "runner#tornade-2-1-1"],
    ],
    ["was swapped for another", [launched(1), ...swap(1, 2)], ["runner#tornade-1-1-1"]],
    [
      "lost its job to a runner of ours",
      [runnerOf(1), running(1, "tornade-2-1-1")],
      ["runner#tornade-1-1-1", "job#2-1"],
    ],
    [
      "lost its job to a runner of others",
      [runnerOf(1), running(1, "build-agent")],
      ["runner#tornade-1-1-1"],
    ],
    [
      "has a job that is unread",
      [launched(1), runnerOf(1, 9)],
      ["runner#tornade-1-1-1", "job#9-1"],
    ],
  ])("walks on, one step at a time, from a runner that %s", (_state, known, ids) => {
    const event = { kind: "rebind", runnerName: "tornade-1-1-1" } as const;
    expect(about(event, ...known)).toEqual(ids);
  });

  it("walks on from the runner of a checked job that another job has", () => {
    const event = { kind: "job-checked", jobKey: "1-1", state: { status: "queued" } } as const;
    expect(about(event, launched(1), ...swap(1, 2).slice(0, 2))).toEqual([
      "job#1-1",
      "runner#tornade-1-1-1",
      "runner#tornade-2-1-1",
    ]);
    expect(about(event)).toEqual(["job#1-1"]);
  });
});
