import { describe, expect, it } from "vitest";

import { place } from "./intrinsics.ts";
import { type Call, findStatements, isAllowed } from "./policies.ts";
import { findCommands, readModules } from "./sent-commands.ts";
import { synthesize } from "./synthesize.ts";

const names = ["receive-webhook", "launch-runner", "follow-runner", "reconcile"] as const;

type Name = (typeof names)[number];

const deployRole = "arn:aws:iam::123456789012:role/deploy";
const { resources, find, ofType } = synthesize({ repositoryRoles: { "acme/deploy": deployRole } });

const toArn = (service: string, resource: string) =>
  `arn:aws:${service}:${place.region}:${place.account}:${resource}`;
const queue = toArn("sqs", find("AWS::SQS::Queue", /Jobs(?!DeadLetters)/u).id);
const deadLetters = toArn("sqs", find("AWS::SQS::Queue", /JobsDeadLetters/u).id);
const deadStateChanges = toArn("sqs", find("AWS::SQS::Queue", /DeadStateChanges/u).id);
const table = toArn("dynamodb", `table/${find("AWS::DynamoDB::Table").id}`);
const cluster = find("AWS::ECS::Cluster").id;
const task = toArn("ecs", `task/${cluster}/0123456789abcdef0123456789abcdef`);
const project = toArn(
  "codebuild",
  `project/${find("AWS::CodeBuild::Project", /RunnersCodeBuild/u).id}`,
);
const imageProject = toArn(
  "codebuild",
  `project/${find("AWS::CodeBuild::Project", /ImageBuild/u).id}`,
);
const imageRepository = toArn("ecr", `repository/${find("AWS::ECR::Repository").id}`);
const executionRole = `arn:aws:iam::${place.account}:role/${find("AWS::IAM::Role", /ExecutionRole/u).id}`;
const inCluster = { "ecs:cluster": toArn("ecs", `cluster/${cluster}`) };

const readParameter = (name: string): Call => ({
  action: "ssm:GetParameters",
  resource: toArn("ssm", `parameter/tornade/${name}`),
});
const passRole = (resource: string, service: string): Call => ({
  action: "iam:PassRole",
  resource,
  context: { "iam:PassedToService": `${service}.amazonaws.com` },
});
const sendMessage = (resource: string): Call => ({ action: "sqs:SendMessage", resource });

const runTask: readonly Call[] = [
  ...ofType("AWS::ECS::TaskDefinition").map(({ Properties }) => ({
    action: "ecs:RunTask",
    resource: toArn("ecs", `task-definition/${String(Properties["Family"])}:7`),
    context: inCluster,
  })),
  // Whoever passes tags along needs it as well.
  { action: "ecs:TagResource", resource: task, context: { "ecs:CreateAction": "RunTask" } },
  passRole(executionRole, "ecs-tasks"),
  passRole(deployRole, "ecs-tasks"),
];

/** What IAM is asked for each command that functions launching runners send. */
const dispatch: Readonly<Record<string, readonly Call[]>> = {
  GetParameters: [readParameter("app-id"), readParameter("private-key")],
  SendMessage: [sendMessage(queue)],
  GetItem: [{ action: "dynamodb:GetItem", resource: table }],
  PutItem: [{ action: "dynamodb:PutItem", resource: table }],
  RunTask: runTask,
  ListTasks: [{ action: "ecs:ListTasks", resource: "*", context: inCluster }],
  StopTask: [{ action: "ecs:StopTask", resource: task }],
  StartBuild: [
    { action: "codebuild:StartBuild", resource: project },
    passRole(deployRole, "codebuild"),
  ],
  StopBuild: [{ action: "codebuild:StopBuild", resource: project }],
  BatchGetBuilds: [{ action: "codebuild:BatchGetBuilds", resource: project }],
  ListBuildsForProject: [{ action: "codebuild:ListBuildsForProject", resource: project }],
};

/** The same of every function. */
const sent: Readonly<Record<Name, Readonly<Record<string, readonly Call[]>>>> = {
  "receive-webhook": {
    GetParameters: [readParameter("webhook-secret"), readParameter("previous-webhook-secret")],
    SendMessage: [sendMessage(queue)],
  },
  "launch-runner": {
    ...dispatch,
    SendMessage: [sendMessage(queue), sendMessage(deadLetters)],
    ChangeMessageVisibility: [{ action: "sqs:ChangeMessageVisibility", resource: queue }],
  },
  "follow-runner": dispatch,
  reconcile: {
    GetParameters: [readParameter("app-id"), readParameter("private-key")],
    SendMessage: [sendMessage(queue)],
    // IAM has one action for both.
    SendMessageBatch: [sendMessage(queue)],
    GetItem: [{ action: "dynamodb:GetItem", resource: table }],
    PutItem: [{ action: "dynamodb:PutItem", resource: table }],
    Query: [{ action: "dynamodb:Query", resource: `${table}/index/wake` }],
    DescribeImages: [{ action: "ecr:DescribeImages", resource: imageRepository }],
    StartBuild: [{ action: "codebuild:StartBuild", resource: imageProject }],
    ListTasks: dispatch["ListTasks"] ?? [],
    DescribeTasks: [{ action: "ecs:DescribeTasks", resource: task }],
    ListBuildsForProject: dispatch["ListBuildsForProject"] ?? [],
    BatchGetBuilds: [
      { action: "codebuild:BatchGetBuilds", resource: project },
      { action: "codebuild:BatchGetBuilds", resource: imageProject },
    ],
  },
};

/** What Lambda does in a function's name. */
const byLambda: Readonly<Record<Name, readonly Call[]>> = {
  "receive-webhook": [],
  "launch-runner": [
    { action: "sqs:ReceiveMessage", resource: queue },
    { action: "sqs:DeleteMessage", resource: queue },
    { action: "sqs:GetQueueAttributes", resource: queue },
  ],
  "follow-runner": [sendMessage(deadStateChanges)],
  reconcile: [],
};

/** Commands that come along with an adapter although nothing calls it that way: how to tell. */
const unused: readonly { name: Name; command: string; call: RegExp }[] = [
  { name: "launch-runner", command: "Query", call: /\.due\(/u },
  { name: "follow-runner", command: "Query", call: /\.due\(/u },
];

const idOf = (name: Name) => new RegExp(`Dispatcher${name.replace("-", "")}`, "u");

function statementsOf(name: Name) {
  return findStatements(find("AWS::IAM::Role", idOf(name)).id, resources);
}

function callsOf(name: Name): readonly Call[] {
  const log = find("AWS::Logs::LogGroup", idOf(name)).id;
  const resource = `${toArn("logs", `log-group:${log}`)}:*`;
  const logs = ["logs:CreateLogStream", "logs:PutLogEvents"].map((action) => ({
    action,
    resource,
  }));
  return [...Object.values(sent[name]).flat(), ...byLambda[name], ...logs];
}

/** The call about another thing of its kind, and in other circumstances. */
function toForbidden(call: Call): readonly Call[] {
  const kinds = /^((?:[^:]*:){5})((?:[a-z-]+[/:])?)/u;
  const other = { ...call, resource: call.resource.replace(kinds, "$1$2other-") };
  const circumstances = Object.keys(call.context ?? {}).map((key) => ({
    ...call,
    context: { ...call.context, [key]: "other" },
  }));
  return [...(call.resource === "*" ? [] : [other]), ...circumstances];
}

describe.each(names)("the role of %s", (name) => {
  it("is asked for what the function's code sends, and nothing else", () => {
    const handler = `functions/${name}/handler.ts`;
    const mine = unused.filter((entry) => entry.name === name);
    for (const { call } of mine) {
      expect([...readModules(handler).values()].filter((source) => call.test(source))).toEqual([]);
    }
    const commands = [...Object.keys(sent[name]), ...mine.map(({ command }) => command)];
    expect(new Set(commands)).toEqual(findCommands(handler));
  });

  it("allows every call", () => {
    const statements = statementsOf(name);
    expect(callsOf(name).filter((call) => !isAllowed(call, statements))).toEqual([]);
  });

  it("allows none of them about anything else", () => {
    const statements = statementsOf(name);
    const forbidden = callsOf(name).flatMap(toForbidden);
    expect(forbidden.length).toBeGreaterThanOrEqual(callsOf(name).length);
    expect(forbidden.filter((call) => isAllowed(call, statements))).toEqual([]);
  });

  it("allows nothing that is never called", () => {
    const calls = callsOf(name);
    const pairs = statementsOf(name).flatMap((statement) =>
      statement.actions.flatMap((action) =>
        statement.resources.map((resource) => ({
          ...statement,
          actions: [action],
          resources: [resource],
        })),
      ),
    );
    expect(pairs.filter((pair) => !calls.some((call) => isAllowed(call, [pair])))).toEqual([]);
  });
});

describe("the functions", () => {
  it("send no command that no function is known to send", () => {
    const known = new Set(names.flatMap((name) => Object.keys(sent[name])));
    const all = names.flatMap((name) => [...findCommands(`functions/${name}/handler.ts`)]);
    expect(known).toEqual(new Set(all));
  });

  it("let nobody have a shell beside a job", () => {
    const [launch] = runTask;
    const context = { ...launch?.context, "ecs:enable-execute-command": "true" };
    const call = { action: "ecs:RunTask", resource: launch?.resource ?? "", context };
    const statements = statementsOf("launch-runner");
    expect(isAllowed(call, statements)).toBe(false);
    expect(isAllowed({ ...call, context: inCluster }, statements)).toBe(true);
  });
});
