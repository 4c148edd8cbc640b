import { createJsonLog } from "../../functions/adapters/json-log.ts";
import { toError } from "../../functions/core/errors.ts";
import type { InstanceOptions } from "../world.ts";
import type { Timeline } from "../timeline.ts";
import type { WireResponse, WireService } from "../wire.ts";
import { callName } from "./call-name.ts";
import type { AnsweredCall, Call, LambdaPolicy, LogLine, Who } from "./contract.ts";
import { pass } from "./pass.ts";
import type { Random } from "./seeded-random.ts";

/** What all instances are made with. */
export type InstanceParts = {
  readonly timeline: Timeline;
  readonly policy: LambdaPolicy;
  /** The faults between an instance and the outside. */
  readonly betweenAws: (next: WireService, who: Who) => WireService;
  readonly betweenGitHub: (next: WireService, who: Who) => WireService;
  /** How long a call takes to its effect, and the answer back: half of this each. */
  readonly latency: (service: Call["service"], random: Random) => number;
  readonly onCall: (call: AnsweredCall) => void;
  readonly onLog: (line: LogLine) => void;
};

/** An instance that can be frozen and killed. */
export type Instance = {
  readonly who: Who;
  /** For `surround`: what makes it mortal. */
  readonly options: InstanceOptions;
  readonly isAlive: () => boolean;
  /** Ends the instance: nothing it does from now on has any effect. */
  readonly kill: () => void;
  /** Between invocations an instance does not run: answers reach it when it goes on. */
  readonly freeze: () => void;
  readonly thaw: () => void;
};

type Life = InstanceParts & {
  readonly who: Who;
  readonly random: Random;
  alive: boolean;
  frozen: boolean;
  frozenUntil: number;
  calls: number;
  /** What goes on when the instance does: answers that came while it was frozen. */
  readonly waiting: Set<() => void>;
  /** What is told that the instance has died: the calls under way. */
  readonly mourners: Set<() => void>;
};

/** An instance that is just being started. */
export function createInstance(who: Who, random: Random, parts: InstanceParts): Instance {
  const { timeline, policy, betweenAws, betweenGitHub } = parts;
  const life: Life = {
    ...parts,
    who,
    random,
    alive: true,
    frozen: false,
    frozenUntil: 0,
    calls: 0,
    waiting: new Set(),
    mourners: new Set(),
  };
  const skew = policy.skew(who);
  const options: InstanceOptions = {
    now: () => timeline.now() + skew,
    random,
    log: createJsonLog((line) => {
      if (life.alive) life.onLog({ who, at: timeline.now(), text: line.trimEnd() });
    }),
    betweenAws: (next) => interpose(life, "aws", betweenAws(next, who)),
    betweenGitHub: (next) => interpose(life, "github", betweenGitHub(next, who)),
  };
  return {
    who,
    options,
    isAlive: () => life.alive,
    kill: () => {
      kill(life);
    },
    freeze: () => {
      life.frozen = true;
    },
    thaw: () => {
      life.frozen = false;
      goOn(life);
    },
  };
}

function kill(life: Life): void {
  life.alive = false;
  goOn(life);
  for (const mourn of life.mourners) mourn();
  life.mourners.clear();
}

function goOn({ waiting }: Life): void {
  const actions = [...waiting];
  waiting.clear();
  for (const action of actions) action();
}

/**
 * A killed instance has no effect any more: its calls reach nobody. They are rejected rather than left
 * without an end, because libraries keep requests under way in module globals, which all instances
 * share in one process (auth-app its token requests): one that never settled would hold up the living.
 */
function interpose(life: Life, service: Call["service"], next: WireService): WireService {
  return async (request) => {
    if (!life.alive) throw new Error("instance was killed before");
    life.calls += 1;
    const { who, timeline, calls: number } = life;
    const name = callName(request);
    const call: Call = { who, service, name, number, at: timeline.now(), request };
    const answer = await unlessItDies(life, send(life, call, next));
    if (answer === undefined) throw new Error(`instance was killed during ${call.name}`);
    return answer;
  };
}

async function unlessItDies<T>(life: Life, answer: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const mourn = () => {
      resolve(undefined);
    };
    life.mourners.add(mourn);
    answer.then(
      (value) => {
        life.mourners.delete(mourn);
        resolve(value);
      },
      (error: unknown) => {
        life.mourners.delete(mourn);
        reject(toError(error));
      },
    );
  });
}

/** @returns nothing when the instance did not live to see the answer */
async function send(life: Life, call: Call, next: WireService): Promise<WireResponse | undefined> {
  const fate = life.policy.decide(call);
  if (fate === "kill-before") {
    kill(life);
    life.onCall({ ...call, answer: undefined });
    return undefined;
  }
  const half = life.latency(call.service, life.random) / 2;
  await pass(life.timeline, half);
  // What is on its way arrives, whatever has become of the sender.
  const outcome = await settle(next(call.request));
  if (fate === "kill-after") kill(life);
  life.onCall({ ...call, answer: outcome.answer });
  if (typeof fate === "object") life.frozenUntil = life.timeline.now() + fate.freeze;
  await pass(life.timeline, half);
  await untilItRuns(life);
  if (!life.alive) return undefined;
  if (outcome.answer === undefined) throw outcome.error;
  return outcome.answer;
}

type Outcome =
  | { readonly answer: WireResponse }
  | { readonly answer: undefined; readonly error: Error };

async function settle(answer: Promise<WireResponse>): Promise<Outcome> {
  try {
    return { answer: await answer };
  } catch (error) {
    return { answer: undefined, error: toError(error) };
  }
}

async function untilItRuns(life: Life): Promise<void> {
  while (life.alive && (life.frozen || life.frozenUntil > life.timeline.now())) {
    await new Promise<void>((resolve) => {
      life.waiting.add(resolve);
      if (life.frozen) return;
      life.timeline.after(life.frozenUntil - life.timeline.now(), () => {
        if (life.waiting.delete(resolve)) resolve();
      });
    });
  }
}
