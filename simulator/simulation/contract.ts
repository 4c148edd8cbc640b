import type { FollowRunner } from "../../functions/follow-runner/follow-runner.ts";
import type { EventBridgeEvent } from "../aws/events.ts";
import type { Job } from "../github/model.ts";
import type { StartProgram } from "../machine.ts";
import type { Services } from "../services.ts";
import type { Timeline } from "../timeline.ts";
import type { WireRequest, WireResponse, WireService } from "../wire.ts";
import type { ConsumeQueue, Deliver, FunctionName } from "../world.ts";
import type { Streams } from "./seeded-random.ts";

/** One instance of a function; numbers count up over the whole run and are never used again. */
export type Who = { readonly function: FunctionName; readonly instance: number };

/** One call of an instance to the outside. */
export type Call = {
  readonly who: Who;
  readonly service: "aws" | "github";
  /** E.g. `RunTask` and `POST generate-jitconfig`: ids and owners left out. */
  readonly name: string;
  /** Counts the calls of the instance from 1, those of its start included. */
  readonly number: number;
  /** When it was made, in milliseconds since the epoch. */
  readonly at: number;
  readonly request: WireRequest;
};

/** What becomes of an instance at a call: `freeze` keeps it from running for so many milliseconds. */
export type Fate =
  | "run"
  | "kill-before"
  | "kill-after"
  /** The answer arrives so many milliseconds late; beyond the function's timeout it is too late. */
  | { readonly freeze: number };

/** Decides over the instances of a simulated Lambda. */
export type LambdaPolicy = {
  /** Asked before every call has its effect. */
  readonly decide: (call: Call) => Fate;
  /** Milliseconds by which the instance's clock is ahead. Asked once an instance. */
  readonly skew: (who: Who) => number;
};

/** What faults are made from. */
export type FaultOptions<Name extends string> = {
  /** Those that are switched on. */
  readonly names: ReadonlySet<Name>;
  /** A stream of its own for every name: switching one fault on does not change another's draws. */
  readonly stream: Streams;
  readonly timeline: Timeline;
  /** Only to be called once the run has begun. */
  readonly services: () => Services;
};

/** Stands between everything and lets some of it go wrong. */
export type Faults = {
  readonly betweenAws: (next: WireService, who: Who) => WireService;
  readonly betweenGitHub: (next: WireService, who: Who) => WireService;
  readonly betweenWebhook: (next: Deliver) => Deliver;
  readonly betweenEvents: (next: FollowRunner) => FollowRunner;
  /** Between the event source mapping and launch-runner: what goes wrong with SQS. */
  readonly betweenQueue: (next: ConsumeQueue) => ConsumeQueue;
  readonly wrapProgram: (startProgram: StartProgram) => StartProgram;
  readonly lambdaPolicy: LambdaPolicy;
  /** How often each fault has struck so far, by its name; for the report. */
  readonly counts: () => Readonly<Record<string, number>>;
};

/** Something that must never be the case. */
export type Violation = {
  /** Number and name of the invariant, e.g. `2 one runner a job`. */
  readonly invariant: string;
  /** The job whose timeline tells more. */
  readonly jobId?: number;
  readonly at: number;
  readonly details: string;
};

/** A call with what came of it; no answer: it was killed, or the service failed to answer. */
export type AnsweredCall = Call & { readonly answer: WireResponse | undefined };

/** One line of a function's log. */
export type LogLine = { readonly who: Who; readonly at: number; readonly text: string };

/** A delivery on its way to the receiver, and what it was answered (0: no connection). */
export type Webhook = {
  readonly at: number;
  readonly request: WireRequest;
  readonly status: number;
};

/** What a monitor is made from. */
export type MonitorOptions = {
  readonly services: Services;
  readonly timeline: Timeline;
  readonly faults: Faults;
};

/** Watches a run; every hook is called at the moment of what it tells. */
export type Monitor = {
  readonly onCall: (call: AnsweredCall) => void;
  readonly onLog: (line: LogLine) => void;
  readonly onWebhook: (webhook: Webhook) => void;
  /** A change of a task or a build, before any fault touches it. */
  readonly onTask: (event: EventBridgeEvent) => void;
  /** A function asked for a real timer of so many milliseconds: it sleeps. */
  readonly onSleep: (milliseconds: number) => void;
  /** The job's story is over: nothing about it is kept, here or in the services. */
  readonly onForgotten: (job: Job) => void;
  /**
   * Called after every timeline step; must cost next to nothing when nothing is due. New violations only.
   * `final`: every job is over, nothing may be left.
   */
  readonly check: (final: boolean) => readonly Violation[];
};
