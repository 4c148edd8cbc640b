import {
  CreateClusterCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  type RunTaskCommandInput,
} from "@aws-sdk/client-ecs";
import { describe, expect, it } from "vitest";
import { createSimulatedAws, rejection, START } from "../../support/simulated-aws.ts";

const CLUSTER_ARN = "arn:aws:ecs:eu-west-1:123456789012:cluster/runners";
const OUT_OF_CAPACITY =
  "Capacity is unavailable at this time. Please try again later or in a different availability zone";
const SPOT = { capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }] };
const FARGATE = { launchType: "FARGATE" } as const;

function setUp() {
  const simulated = createSimulatedAws();
  const { aws, ecs } = simulated;
  aws.ecs.createCluster("runners");
  aws.ecs.registerTaskDefinition({
    family: "runner",
    containerName: "runner",
    architecture: "ARM64",
    environment: [{ name: "FROM_DEFINITION", value: "1" }],
  });
  const run = async (input: Partial<RunTaskCommandInput> = FARGATE) =>
    ecs.send(
      new RunTaskCommand({
        cluster: "runners",
        taskDefinition: "runner",
        networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
        ...input,
      }),
    );
  const runOne = async (input?: Partial<RunTaskCommandInput>) => {
    const { tasks: [task] = [] } = await run(input);
    return task?.taskArn ?? "";
  };
  const describeTask = async (taskArn: string) => {
    const command = { cluster: "runners", tasks: [taskArn], include: ["TAGS" as const] };
    const { tasks: [task] = [] } = await ecs.send(new DescribeTasksCommand(command));
    return task;
  };
  return { ...simulated, run, runOne, describeTask };
}

function override(environment: Record<string, string>) {
  const pairs = Object.entries(environment).map(([name, value]) => ({ name, value }));
  return { containerOverrides: [{ name: "runner", environment: pairs }] };
}

describe("RunTask", () => {
  it("answers a task in PROVISIONING with everything that was asked for", async () => {
    const { run } = setUp();
    const answer = await run({
      ...FARGATE,
      startedBy: "tornade/1-1-1",
      tags: [{ key: "job", value: "1" }],
      overrides: { cpu: "2048", memory: "4096", ephemeralStorage: { sizeInGiB: 50 } },
    });
    expect(answer.failures).toEqual([]);
    expect(answer.tasks).toMatchObject([
      {
        clusterArn: CLUSTER_ARN,
        lastStatus: "PROVISIONING",
        desiredStatus: "RUNNING",
        launchType: "FARGATE",
        startedBy: "tornade/1-1-1",
        group: "family:runner",
        cpu: "2048",
        memory: "4096",
        ephemeralStorage: { sizeInGiB: 50 },
        tags: [{ key: "job", value: "1" }],
        createdAt: new Date(START),
        version: 1,
      },
    ]);
  });

  const tooLong = override({ JIT: "x".repeat(8192) });
  const withSize = (cpu: string, memory: string) => ({ ...FARGATE, overrides: { cpu, memory } });
  const withTag = (key: string, value = "") => ({ ...FARGATE, tags: [{ key, value }] });
  const withNetwork = (subnets: number, groups: number) => ({
    ...FARGATE,
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: Array.from({ length: subnets }, (_, index) => `subnet-${index}`),
        securityGroups: Array.from({ length: groups }, (_, index) => `sg-${index}`),
      },
    },
  });
  const cases: readonly (readonly [string, Partial<RunTaskCommandInput>, RegExp])[] = [
    ["an unknown cluster", { cluster: "x" }, /^ClusterNotFoundException: .*Cluster not found/u],
    ["an unknown family", { taskDefinition: "x" }, /^ClientException: .*TaskDefinition not found/u],
    ["both ways", { ...FARGATE, ...SPOT }, /^InvalidParameterException: .*both a launch type and/u],
    ["neither way", {}, /^InvalidParameterException: .*No Container Instances/u],
    ["count 11", { ...FARGATE, count: 11 }, /^InvalidParameterException: .*between 1 and 10/u],
    ["an illegal size", withSize("1024", "1024"), /^ClientException: .*No Fargate configuration/u],
    ["an unknown 32 vCPU size", withSize("32768", "65536"), /^ClientException: .*No Fargate/u],
    [
      "long overrides",
      { ...FARGATE, overrides: tooLong },
      /^InvalidParameterException: Container Overrides length must be at most 8192$/u,
    ],
    [
      "20 GiB of storage",
      { ...FARGATE, overrides: { ephemeralStorage: { sizeInGiB: 20 } } },
      /^ClientException: .*between 21 and 200/u,
    ],
    [
      "an unknown container",
      { ...FARGATE, overrides: { containerOverrides: [{ name: "other" }] } },
      /^InvalidParameterException: .*named other is not a container/u,
    ],
    [
      "startedBy with a dot",
      { ...FARGATE, startedBy: "a.b" },
      /^InvalidParameterException: .*hyph/u,
    ],
    [
      "a long token",
      { ...FARGATE, clientToken: "t".repeat(65) },
      /^InvalidParameterException: .*64/u,
    ],
    [
      "a tag with parentheses",
      withTag("job", "a (b)"),
      /^InvalidParameterException: .*invalid char/u,
    ],
    ["a reserved tag value", withTag("k", "AWS: x"), /^InvalidParameterException: .*values/u],
    ["a long tag key", withTag("k".repeat(129)), /^InvalidParameterException: .*1 to 128/u],
    ["a long tag value", withTag("k", "v".repeat(257)), /^InvalidParameterException: .*256/u],
    ["17 subnets", withNetwork(17, 0), /^InvalidParameterException: .*at most 16/u],
    ["6 security groups", withNetwork(1, 6), /^InvalidParameterException: .*at most 5/u],
    ["no subnet", withNetwork(0, 0), /^InvalidParameterException: .*can not be empty/u],
  ];

  it.each(cases)("refuses %s", async (_case, input, message) => {
    const { run } = setUp();
    const error = await rejection(run(input));
    expect(error).toMatchObject({ $metadata: { httpStatusCode: 400 } });
    expect(String(error)).toMatch(message);
  });

  it.each([
    ["256", "512"],
    ["8192", "61440"],
    ["32768", "249856"],
    ["0.25 vCPU", "1 GB"],
  ])("takes the Fargate size %s / %s", async (cpu, memory) => {
    const { run } = setUp();
    expect((await run(withSize(cpu, memory))).tasks).toHaveLength(1);
  });

  it("refuses Spot in a cluster without its capacity provider", async () => {
    const { ecs, run } = setUp();
    await ecs.send(new CreateClusterCommand({ clusterName: "bare" }));
    const error = await rejection(run({ cluster: "bare", ...SPOT }));
    expect(error).toHaveProperty("message", expect.stringContaining("not associated with"));
  });

  it("reports missing capacity as a failure in a good answer, and does not fail over", async () => {
    const { aws, run } = setUp();
    aws.ecs.setCapacity("FARGATE_SPOT", 1);
    expect((await run(SPOT)).tasks).toMatchObject([{ capacityProviderName: "FARGATE_SPOT" }]);
    const second = await run(SPOT);
    expect(second.tasks).toEqual([]);
    expect(second.failures).toMatchObject([{ reason: OUT_OF_CAPACITY }]);
    expect(second.failures?.[0]?.arn ?? null).toBeNull();
    expect((await run(FARGATE)).tasks).toHaveLength(1);
  });

  it("gives the same answer for the same token, stored failures included", async () => {
    const { aws, run } = setUp();
    const first = await run({ ...FARGATE, clientToken: "t1" });
    expect((await run({ ...FARGATE, clientToken: "t1" })).tasks).toEqual(first.tasks);
    aws.ecs.setCapacity("FARGATE_SPOT", 0);
    await run({ ...SPOT, clientToken: "t2" });
    aws.ecs.setCapacity("FARGATE_SPOT", undefined);
    const replayed = await run({ ...SPOT, clientToken: "t2" });
    expect(replayed).toMatchObject({ tasks: [], failures: [{ reason: OUT_OF_CAPACITY }] });
  });

  it("answers ConflictException with the task's ARN when a token comes with other parameters", async () => {
    const { run, runOne } = setUp();
    const arn = await runOne({ ...FARGATE, clientToken: "t", overrides: override({ JIT: "a" }) });
    const changed = run({ ...FARGATE, clientToken: "t", overrides: override({ JIT: "b" }) });
    expect(await rejection(changed)).toMatchObject({
      name: "ConflictException",
      resourceIds: [arn],
    });
  });

  it("forgets a token an hour after its task stopped", async () => {
    const { run, runOne, machines, timeline } = setUp();
    const arn = await runOne({ ...FARGATE, clientToken: "t" });
    await timeline.advance(60_000);
    machines[0]?.exit(0);
    await timeline.advance(3_600_000 + 20_000);
    const again = await run({ ...FARGATE, clientToken: "t" });
    expect(again.tasks?.[0]?.taskArn).not.toBe(arn);
  });

  it("throttles calls beyond 20 a second, unless that is switched off", async () => {
    const { aws, run, timeline } = setUp();
    for (let count = 0; count < 20; count += 1) await run();
    expect(await rejection(run())).toMatchObject({
      name: "ThrottlingException",
      message: "Rate exceeded",
      $metadata: { httpStatusCode: 400 },
    });
    await timeline.advance(50);
    expect((await run()).tasks).toHaveLength(1);
    aws.ecs.setThrottling(false);
    for (let count = 0; count < 25; count += 1) await run();
  });

  it("throttles launches after a burst of 100, for each kind of capacity by itself", async () => {
    const { run } = setUp();
    for (let count = 0; count < 10; count += 1) await run({ ...FARGATE, count: 10 });
    expect(await rejection(run())).toMatchObject({ name: "ThrottlingException" });
    expect((await run(SPOT)).tasks).toHaveLength(1);
  });
});

describe("a task's life", () => {
  it("goes to RUNNING and starts its program with both environments", async () => {
    const { runOne, describeTask, machines, timeline, received } = setUp();
    const arn = await runOne({ ...FARGATE, overrides: override({ JIT: "secret" }) });
    await timeline.advance(8000);
    expect(await describeTask(arn)).toMatchObject({ lastStatus: "PENDING" });
    await timeline.advance(22_000);
    expect(await describeTask(arn)).toMatchObject({
      lastStatus: "RUNNING",
      pullStartedAt: new Date(START + 12_000),
      pullStoppedAt: new Date(START + 28_000),
      startedAt: new Date(START + 30_000),
      containers: [{ name: "runner", lastStatus: "RUNNING" }],
    });
    expect(machines).toMatchObject([
      { id: arn, environment: { FROM_DEFINITION: "1", JIT: "secret" } },
    ]);
    expect(received.map(({ detail }) => [detail["lastStatus"], detail["version"]])).toEqual([
      ["PROVISIONING", 1],
      ["PENDING", 2],
      ["RUNNING", 3],
    ]);
  });

  it("ends with the program's exit code and an event that carries the whole task", async () => {
    const { runOne, describeTask, machines, timeline, received } = setUp();
    const arn = await runOne({ ...FARGATE, overrides: override({ JIT: "secret" }) });
    await timeline.advance(30_000);
    machines[0]?.exit(3);
    machines[0]?.exit(0);
    await timeline.advance(10_000);
    const stopped = {
      lastStatus: "STOPPED",
      desiredStatus: "STOPPED",
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
      containers: [{ exitCode: 3, lastStatus: "STOPPED" }],
    };
    expect(await describeTask(arn)).toMatchObject({
      ...stopped,
      stoppedAt: new Date(START + 40_000),
    });
    expect(received.at(-1)).toMatchObject({
      source: "aws.ecs",
      "detail-type": "ECS Task State Change",
      resources: [arn],
      time: "2026-11-21T12:00:40Z",
      detail: {
        ...stopped,
        overrides: override({ JIT: "secret" }),
        startedAt: "2026-11-21T12:00:30.000Z",
      },
    });
  });

  it("terminates at StopTask and kills after the stop timeout", async () => {
    const { ecs, runOne, describeTask, machines, timeline } = setUp();
    const task = await runOne();
    await timeline.advance(30_000);
    await ecs.send(new StopTaskCommand({ cluster: "runners", task, reason: "job cancelled" }));
    expect(machines[0]?.signals).toEqual(["SIGTERM"]);
    await timeline.advance(119_999);
    expect(await describeTask(task)).toMatchObject({ lastStatus: "RUNNING" });
    await timeline.advance(1);
    expect(machines[0]?.signals).toEqual(["SIGTERM", "SIGKILL"]);
    await timeline.advance(10_000);
    expect(await describeTask(task)).toMatchObject({
      lastStatus: "STOPPED",
      stopCode: "UserInitiated",
      stoppedReason: "job cancelled",
      containers: [{ exitCode: 137 }],
    });
  });

  it("never starts a program that was stopped before", async () => {
    const { ecs, runOne, describeTask, machines, timeline } = setUp();
    const task = await runOne();
    await ecs.send(new StopTaskCommand({ cluster: "runners", task }));
    await timeline.advance(60_000);
    expect(machines).toEqual([]);
    expect(await describeTask(task)).toMatchObject({
      lastStatus: "STOPPED",
      stopCode: "UserInitiated",
    });
  });

  it("can be interrupted on Spot only", async () => {
    const { aws, runOne, describeTask, machines, timeline } = setUp();
    const spot = await runOne(SPOT);
    const onDemand = await runOne();
    await timeline.advance(30_000);
    aws.ecs.interruptSpot(spot);
    machines[0]?.exit(143);
    await timeline.advance(10_000);
    expect(await describeTask(spot)).toMatchObject({
      stopCode: "SpotInterruption",
      stoppedReason: "Your Spot Task was interrupted.",
      containers: [{ exitCode: 143 }],
    });
    expect(() => {
      aws.ecs.interruptSpot(onDemand);
    }).toThrow("is not a Spot task");
  });

  it("can fail to start", async () => {
    const { aws, runOne, describeTask, machines, timeline } = setUp();
    const arn = await runOne();
    aws.ecs.failStart(arn, "CannotPullContainerError: no such image");
    await timeline.advance(60_000);
    const task = await describeTask(arn);
    expect(task).toMatchObject({
      lastStatus: "STOPPED",
      stopCode: "TaskFailedToStart",
      stoppedReason: "CannotPullContainerError: no such image",
    });
    expect(task?.startedAt).toBeUndefined();
    expect(task?.containers?.[0]?.exitCode).toBeUndefined();
    expect(machines).toEqual([]);
  });
});

describe("DescribeTasks", () => {
  it("reports a task as missing an hour after it stopped", async () => {
    const { ecs, runOne, timeline } = setUp();
    const task = await runOne();
    await ecs.send(new StopTaskCommand({ cluster: "runners", task }));
    await timeline.advance(10_000 + 3_600_001);
    const answer = await ecs.send(new DescribeTasksCommand({ cluster: "runners", tasks: [task] }));
    expect(answer).toMatchObject({ tasks: [], failures: [{ arn: task, reason: "MISSING" }] });
  });

  it("gives tags only to those who ask", async () => {
    const { ecs, runOne } = setUp();
    const task = await runOne({ ...FARGATE, tags: [{ key: "a", value: "b" }] });
    const answer = await ecs.send(new DescribeTasksCommand({ cluster: "runners", tasks: [task] }));
    expect(answer.tasks?.[0]?.tags).toEqual([]);
  });
});

describe("ListTasks", () => {
  it("filters by startedBy, family and desired status, RUNNING by default", async () => {
    const { ecs, runOne } = setUp();
    const first = await runOne({ ...FARGATE, startedBy: "job-1" });
    const second = await runOne({ ...FARGATE, startedBy: "job-2" });
    await ecs.send(new StopTaskCommand({ cluster: "runners", task: second }));
    const list = async (filter: object) =>
      (await ecs.send(new ListTasksCommand({ cluster: "runners", ...filter }))).taskArns;
    expect(await list({})).toEqual([first]);
    expect(await list({ startedBy: "job-1" })).toEqual([first]);
    expect(await list({ startedBy: "job-2" })).toEqual([]);
    expect(await list({ startedBy: "job-2", desiredStatus: "STOPPED" })).toEqual([second]);
    expect(await list({ family: "runner", desiredStatus: "STOPPED" })).toEqual([second]);
    expect(await list({ family: "other" })).toEqual([]);
    expect(await rejection(list({ family: "runner", startedBy: "job-1" }))).toMatchObject({
      name: "InvalidParameterException",
    });
  });

  it("pages", async () => {
    const { ecs, run } = setUp();
    await run({ ...FARGATE, count: 3 });
    const page = async (nextToken?: string) =>
      ecs.send(new ListTasksCommand({ cluster: "runners", maxResults: 2, nextToken }));
    const first = await page();
    const second = await page(first.nextToken);
    expect([first.taskArns?.length, second.taskArns?.length]).toEqual([2, 1]);
    expect(second.nextToken).toBeUndefined();
  });
});

describe("RegisterTaskDefinition", () => {
  const definition = {
    family: "wired",
    cpu: "256",
    memory: "512",
    containerDefinitions: [{ name: "main", image: "example/runner@sha256:0" }],
  };

  it("registers revisions that RunTask and DescribeTaskDefinition find", async () => {
    const { ecs, run } = setUp();
    const register = async () => ecs.send(new RegisterTaskDefinitionCommand(definition));
    await register();
    const { taskDefinition } = await register();
    expect(taskDefinition).toMatchObject({ revision: 2, status: "ACTIVE" });
    const found = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: "wired" }));
    expect(found.taskDefinition?.taskDefinitionArn).toBe(taskDefinition?.taskDefinitionArn);
    expect((await run({ ...FARGATE, taskDefinition: "wired:1" })).tasks).toHaveLength(1);
  });

  it("refuses privileged containers", async () => {
    const { ecs } = setUp();
    const containerDefinitions = [{ name: "main", image: "x", privileged: true }];
    const command = new RegisterTaskDefinitionCommand({ ...definition, containerDefinitions });
    expect(await rejection(ecs.send(command))).toMatchObject({ name: "ClientException" });
  });
});
