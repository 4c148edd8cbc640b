import { toError } from "../../functions/core/errors.ts";
import type { FunctionName, Host } from "../world.ts";
import { createInstance, type Instance, type InstanceParts } from "./lambda-instance.ts";
import { drawInteger, type Random, type Streams } from "./seeded-random.ts";
import type { Timeline } from "../timeline.ts";

/** Lambda's answer to an invocation for which there is no room. */
export class TooManyRequestsException extends Error {
  override readonly name = "TooManyRequestsException";

  constructor() {
    super("Rate Exceeded.");
  }
}

/** How one function is set up. */
export type FunctionLimits = {
  /** Milliseconds. */
  readonly timeout: number;
  /** Instances at once; an invocation beyond that is refused. */
  readonly concurrency: number;
};

/** What a simulated Lambda is made from; the rest of it is what its instances need. */
export type LambdaOptions = InstanceParts & {
  readonly stream: Streams;
  /** Kept up to date with the instances that are alive. */
  readonly living?: Set<Instance>;
  /** @default those of the stack */
  readonly limits?: Partial<Record<FunctionName, FunctionLimits>>;
};

const stackLimits: Record<FunctionName, FunctionLimits> = {
  "receive-webhook": { timeout: 10_000, concurrency: 1_000 },
  "launch-runner": { timeout: 15_000, concurrency: 10 },
  "follow-runner": { timeout: 15_000, concurrency: 100 },
  reconcile: { timeout: 15_000, concurrency: 2 },
};

/** An idle instance is given up after so many milliseconds. */
const longestIdle = 10 * 60_000;

/** How long an instance takes to load before it runs any code, in milliseconds. */
const loading = { least: 150, most: 450 };

/**
 * Lambda: an instance serves one invocation at a time, stands still in between, is used again while it
 * is warm and started cold otherwise. One that outlives the function's timeout is killed; whoever
 * called it sees a failure then, as after any other death.
 */
export function createLambdaHost(options: LambdaOptions): Host {
  let instances = 0;
  const limits = { ...stackLimits, ...options.limits };
  return async (name, create, surround) => {
    const start = () => {
      instances += 1;
      const who = { function: name, instance: instances };
      const random = options.stream(`${name} ${instances}`);
      const instance = createInstance(who, random, options);
      options.living?.add(instance);
      const load = async () => create(surround(instance.options));
      return startSandbox(instance, load, { timeline: options.timeline, random });
    };
    const kill = (instance: Instance) => {
      instance.kill();
      options.living?.delete(instance);
    };
    const lambda = { ...limits[name], timeline: options.timeline, start, kill, idle: [], busy: 0 };
    return async (input) => invoke(lambda, input);
  };
}

type Handle<Input, Output> = (input: Input) => Promise<Output>;

/** An instance and the function in it, once that is loaded. */
type Sandbox<Input, Output> = {
  readonly instance: Instance;
  readonly handle: Promise<Handle<Input, Output>>;
  idleSince: number;
};

type Lambda<Input, Output> = FunctionLimits & {
  readonly timeline: Timeline;
  readonly start: () => Sandbox<Input, Output>;
  readonly kill: (instance: Instance) => void;
  readonly idle: Sandbox<Input, Output>[];
  busy: number;
};

function startSandbox<Input, Output>(
  instance: Instance,
  load: () => Promise<Handle<Input, Output>>,
  { timeline, random }: { readonly timeline: Timeline; readonly random: Random },
): Sandbox<Input, Output> {
  const handle = new Promise<void>((resolve) => {
    timeline.after(drawInteger(random, loading.least, loading.most), resolve);
  }).then(load);
  // Whoever invokes it hears of it too; an instance that could not start is of no use.
  handle.catch(() => {
    instance.kill();
  });
  return { instance, handle, idleSince: timeline.now() };
}

async function invoke<Input, Output>(lambda: Lambda<Input, Output>, input: Input): Promise<Output> {
  if (lambda.busy === lambda.concurrency) throw new TooManyRequestsException();
  const sandbox = takeWarm(lambda) ?? lambda.start();
  const { instance } = sandbox;
  lambda.busy += 1;
  instance.thaw();
  try {
    const running = sandbox.handle.then(async (handle) => handle(input));
    return await cutOff(running, instance, lambda);
  } finally {
    lambda.busy -= 1;
    instance.freeze();
    sandbox.idleSince = lambda.timeline.now();
    if (instance.isAlive()) lambda.idle.push(sandbox);
    else lambda.kill(instance);
  }
}

function takeWarm<Input, Output>({
  idle,
  timeline,
  kill,
}: Lambda<Input, Output>): Sandbox<Input, Output> | undefined {
  const oldest = timeline.now() - longestIdle;
  const cold = idle.findIndex(({ idleSince }) => idleSince >= oldest);
  for (const { instance } of idle.splice(0, cold === -1 ? idle.length : cold)) kill(instance);
  return idle.pop();
}

/** What a killed instance still answers counts as little as what it does. */
async function cutOff<Output>(
  running: Promise<Output>,
  instance: Instance,
  { timeline, timeout }: FunctionLimits & { readonly timeline: Timeline },
): Promise<Output> {
  return new Promise((resolve, reject) => {
    const cancel = timeline.after(timeout, () => {
      instance.kill();
      reject(new Error(`Task timed out after ${timeout / 1_000} seconds`));
    });
    const end = (settle: () => void) => {
      if (!instance.isAlive()) return;
      cancel();
      settle();
    };
    running.then(
      (output) => {
        end(() => {
          resolve(output);
        });
      },
      (error: unknown) => {
        end(() => {
          reject(toError(error));
        });
      },
    );
  });
}
