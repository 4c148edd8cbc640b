import type { LedgerEvent } from "../../functions/core/decision.ts";
import { dispatch, type DispatchPorts } from "../../functions/core/dispatch.ts";
import { GitHubError } from "../../functions/core/github-error.ts";
import type { RunnerProvider } from "../../functions/core/runner-provider.ts";

/** A place where an invocation stands still: just before or after a call to the outside. */
type Gate = { readonly open: () => void; readonly fail: () => void };

/** One dispatch, going from gate to gate only as it is told to. */
export type Invocation = {
  readonly event: LedgerEvent;
  readonly startedAt: number;
  readonly gates: Gate[];
  status: "running" | "acked" | "returned" | "killed";
};

/** Starts a dispatch that stops before and after every call to the outside. */
export function invoke(event: LedgerEvent, ports: DispatchPorts): Invocation {
  const invocation: Invocation = {
    event,
    startedAt: ports.now(),
    gates: [],
    status: "running",
  };
  const end = (status: "acked" | "returned") => {
    if (invocation.status === "running") invocation.status = status;
  };
  dispatch(event, toGatedPorts(ports, invocation)).then(
    ({ comeBackAt }) => end(comeBackAt === undefined ? "acked" : "returned"),
    () => end("returned"),
  );
  return invocation;
}

/** Lets everything happen that needs no further gate to open. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Lets an invocation go on until it ends, or for ever stands still because it was killed. */
export async function runToEnd(invocation: Invocation): Promise<void> {
  await settle();
  while (invocation.status === "running" && invocation.gates.length > 0) {
    invocation.gates.shift()?.open();
    await settle();
  }
}

function toGatedPorts(ports: DispatchPorts, invocation: Invocation): DispatchPorts {
  const { ledger, queue, registry } = ports;
  const pass = createPass(invocation, () => new Error("connection lost"));
  const ask = createPass(invocation, () => new GitHubError("GitHubUnavailable", "502"));
  const provider = gateProvider(ports.providers.FARGATE, pass);
  return {
    ...ports,
    providers: { FARGATE: provider, FARGATE_SPOT: provider, CODEBUILD: provider },
    ledger: {
      read: async (id) => pass(async () => ledger.read(id)),
      write: async (item, version) => pass(async () => ledger.write(item, version)),
      due: async (now, limit) => ledger.due(now, limit),
    },
    notices: { post: async (job, notice) => ask(async () => ports.notices.post(job, notice)) },
    queue: { send: async (envelope, options) => pass(async () => queue.send(envelope, options)) },
    registry: {
      register: async (job, name) => ask(async () => registry.register(job, name)),
      find: async (origin, name) => ask(async () => registry.find(origin, name)),
      remove: async (origin, id) => ask(async () => registry.remove(origin, id)),
      readJob: async (job) => ask(async () => registry.readJob(job)),
      hasRunningSibling: async (job) => ask(async () => registry.hasRunningSibling(job)),
    },
  };
}

/** Makes a call, standing still before and after it. */
type Pass = <Result>(call: () => Promise<Result>) => Promise<Result>;

function createPass({ gates }: Invocation, toError: () => Error): Pass {
  const stand = async (): Promise<void> =>
    new Promise((resolve, reject) => {
      gates.push({ open: resolve, fail: () => reject(toError()) });
    });
  return async (call) => {
    await stand();
    const result = await call();
    await stand();
    return result;
  };
}

function gateProvider(provider: RunnerProvider, pass: Pass): RunnerProvider {
  return {
    // A launch never throws: an answer that did not come is an outcome that nobody knows.
    launch: async (request) =>
      pass(async () => provider.launch(request)).catch(() => ({
        kind: "unknown",
        message: "connection lost",
      })),
    find: async (runner) => pass(async () => provider.find(runner)),
    stop: async (computeId, reason) => pass(async () => provider.stop(computeId, reason)),
  };
}
