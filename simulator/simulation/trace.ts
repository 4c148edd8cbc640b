import { createHash } from "node:crypto";

import type { EventBridgeEvent } from "../aws/events.ts";
import type { Job } from "../github/model.ts";
import type { AnsweredCall, LogLine, Webhook } from "./contract.ts";
import { detailText } from "./detail-text.ts";

/** Everything that happens in a run, as one digest; and the story of one job. */
export type Trace = {
  readonly onCall: (call: AnsweredCall) => void;
  readonly onLog: (line: LogLine) => void;
  readonly onWebhook: (webhook: Webhook) => void;
  readonly onTask: (event: EventBridgeEvent, at: number) => void;
  readonly onJob: (job: Job, at: number) => void;
  /** Of everything so far: two runs of one seed have the same, byte for byte. */
  readonly digest: () => string;
  /** What happened to the job that is traced, oldest first. */
  readonly story: () => readonly StoryLine[];
};

/** One thing that happened to a job. */
export type StoryLine = { readonly at: number; readonly text: string };

type Happening = {
  readonly at: number;
  /** What people read. */
  readonly text: string;
  /** All of it. */
  readonly content: string;
  /** Names by which the job's compute and registration are known from now on. */
  readonly names?: readonly string[];
};

/** Nothing has happened yet; `jobId` is the job whose story is kept, once there is one of that id. */
export function createTrace(jobId: number | undefined): Trace {
  const hash = createHash("sha256");
  const names = new Map<string, RegExp>();
  const story: StoryLine[] = [];
  const note = ({ at, text, content, names: learned = [] }: Happening): void => {
    hash.update(`${at} ${text} ${content}\n`);
    if (names.size === 0 || !mentions(`${text} ${content}`, names)) return;
    story.push({ at, text });
    for (const name of learned) names.set(name, toPattern(name));
  };
  return {
    onCall: (call) => {
      note(describeCall(call));
    },
    onLog: ({ who, at, text }) => {
      note({ at, text: `${who.function} ${who.instance} says ${text}`, content: "" });
    },
    onWebhook: ({ at, request, status }) => {
      const event = request.headers["x-github-event"] ?? "";
      const [, action = ""] = /"action":"(\w+)"/u.exec(request.body) ?? [];
      note({ at, text: `webhook ${event} ${action}: ${status}`, content: request.body });
    },
    onTask: (event, at) => {
      const { detail: _detail, ...envelope } = event;
      const content = `${JSON.stringify(envelope)} ${detailText(event)}`;
      note({ at, text: describeTask(event), content });
    },
    onJob: (job, at) => {
      if (job.id === jobId) names.set(String(jobId), toPattern(String(jobId)));
      note({ at, text: describeJob(job), content: String(job.id) });
    },
    digest: () => hash.copy().digest("hex"),
    story: () => story,
  };
}

function mentions(content: string, names: ReadonlyMap<string, RegExp>): boolean {
  for (const [name, pattern] of names) {
    if (content.includes(name) && pattern.test(content)) return true;
  }
  return false;
}

// What goes on with a digit, before or behind, is the name of something else.
function toPattern(name: string): RegExp {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);
  return new RegExp(String.raw`(?<!\d)${escaped}(?!\d)`, "u");
}

function describeCall({ who, at, name, request, answer }: AnsweredCall): Happening {
  const outcome = answer === undefined ? "no answer" : String(answer.status);
  // Parameters hold the App's key, which is another one in every process.
  const body = name === "GetParameters" ? "" : (answer?.body ?? "");
  return {
    at,
    text: `${who.function} ${who.instance} ${name}: ${outcome}`,
    content: `${request.path} ${request.body} ${body}`,
    names: findNames(name, body),
  };
}

// As they stand in later requests: ids alone are too short to be searched for.
function findNames(name: string, body: string): readonly string[] {
  if (name === "RunTask")
    return [...body.matchAll(/"taskArn":"([^"]+)"/gu)].map(([, arn]) => arn ?? "");
  if (name === "StartBuild")
    return [...body.matchAll(/"id":"([^"]+)"/gu)].map(([, id]) => id ?? "");
  if (name !== "POST generate-jitconfig") return [];
  return [...body.matchAll(/"runner":\{"id":(\d+)/gu)].map(([, id]) => `/actions/runners/${id}`);
}

function describeTask({ detail }: EventBridgeEvent): string {
  const status = detail["lastStatus"] ?? detail["build-status"];
  const reasons = [detail["stopCode"], detail["stoppedReason"]].filter((one) => one !== undefined);
  return `compute ${String(status)} ${reasons.map(String).join(": ")}`.trimEnd();
}

function describeJob({ status, conclusion, runner }: Job): string {
  const end = conclusion === null || status !== "completed" ? "" : ` as ${conclusion}`;
  return `job ${status}${end}${runner === null ? "" : ` on ${runner.name}`}`;
}
