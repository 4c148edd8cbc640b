import { encodeJitConfig } from "./jit-config.ts";
import { type Runner, sameName } from "./model.ts";
import { type Answer, answerPage, type Call, failure, notFound } from "./route.ts";
import { forOrganization, forRepository, type Route } from "./route.ts";
import { type NewRunner, registerRunner } from "./runners.ts";
import { removeRunner } from "./sessions.ts";

type AnswerInScope = (call: Call, scope: string) => Answer;
type ScopedRoute = (level: "read" | "write", answer: AnswerInScope) => Route;

/** The runners of organizations and of single repositories: the same operations on two scopes. */
export const runnerRoutes: Readonly<Record<string, Route>> = {
  ...routesBelow("/orgs/{org}/actions/runners", (level, answer) =>
    forOrganization(["organization_self_hosted_runners", level], (call, owner) =>
      answer(call, owner.login),
    ),
  ),
  ...routesBelow("/repos/{owner}/{repo}/actions/runners", (level, answer) =>
    forRepository(["administration", level], (call, repository) =>
      answer(call, repository.fullName),
    ),
  ),
};

const longestName = 64;

function routesBelow(path: string, inScope: ScopedRoute): Readonly<Record<string, Route>> {
  return {
    [`GET ${path}`]: inScope("read", (call, scope) => answerRunners(call, scope, path)),
    [`POST ${path}/generate-jitconfig`]: inScope("write", generateJitConfig),
    [`GET ${path}/{runner_id}`]: inScope("read", (call, scope) => {
      const runner = findRunner(call, scope);
      return runner === undefined ? notFound : { status: 200, body: toRunnerBody(runner) };
    }),
    [`DELETE ${path}/{runner_id}`]: inScope("write", deleteRunner),
  };
}

function answerRunners(call: Call, scope: string, path: string): Answer {
  const { name } = call.query;
  const items = [...call.state.runners.values()]
    .filter((runner) => sameName(runner.scope, scope))
    .filter((runner) => name === undefined || runner.name === name)
    .map(toRunnerBody);
  return answerPage(call, path, { key: "runners", items });
}

function generateJitConfig({ state, body }: Call, scope: string): Answer {
  const added = readNewRunner(body, scope);
  if (added.name === "" || added.name.length > longestName) {
    return failure(422, `Validation Failed: name must have 1 to ${longestName} characters`);
  }
  const runner = registerRunner(state, added);
  if (runner === undefined) {
    const message = `Already exists - A runner with the name ${added.name} already exists.`;
    return failure(409, message);
  }
  const workFolder = typeof body["work_folder"] === "string" ? body["work_folder"] : "_work";
  const encoded = encodeJitConfig(runner, workFolder, state.random);
  return { status: 201, body: { runner: toRunnerBody(runner), encoded_jit_config: encoded } };
}

function deleteRunner(call: Call, scope: string): Answer {
  const runner = findRunner(call, scope);
  if (runner === undefined) return notFound;
  if (runner.jobId !== null) {
    return failure(422, `Bad request - Runner "${runner.name}" is still running a job`);
  }
  removeRunner(call.state, runner.id);
  return { status: 204, body: undefined };
}

function findRunner({ state, parameters }: Call, scope: string): Runner | undefined {
  const runner = state.runners.get(Number(parameters["runner_id"]));
  return runner !== undefined && sameName(runner.scope, scope) ? runner : undefined;
}

/** The body has been checked against the API description: only types are narrowed here. */
function readNewRunner(
  { name, runner_group_id: groupId, labels }: Call["body"],
  scope: string,
): NewRunner {
  const given: readonly unknown[] = Array.isArray(labels) ? labels : [];
  const texts = given.filter((label) => typeof label === "string");
  return {
    name: typeof name === "string" ? name : "",
    scope,
    groupId: Number(groupId),
    labels: texts,
  };
}

function toRunnerBody(runner: Runner): object {
  const isConnected = runner.status !== "unused";
  return {
    id: runner.id,
    name: runner.name,
    os: isConnected ? "Linux" : "unknown",
    status: runner.status === "online" ? "online" : "offline",
    busy: runner.jobId !== null,
    labels: runner.labels.map((name, index) => ({ id: index + 1, name, type: "custom" })),
    runner_group_id: runner.groupId,
    ephemeral: true,
    version: isConnected ? "2.337.0" : null,
  };
}
