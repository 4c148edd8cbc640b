import { readArray, readObject, readText } from "../../functions/core/read-json.ts";
import { callAws } from "./call-aws.ts";
import { readToken, registerRunner } from "./github.ts";

// The least a launch-runner could do: what there is beyond it, it costs.
const { env } = process;

/** Launches a runner a message, with the calls of launch-runner in their order. */
export async function handler(event: unknown): Promise<{ readonly batchItemFailures: [] }> {
  const records = readArray(readObject(event, "event")["Records"], "Records");
  await Promise.all(
    records.map(async (record) => launch(readText(readObject(record, "record")["body"], "body"))),
  );
  return { batchItemFailures: [] };
}

async function launch(body: string): Promise<void> {
  const { job } = readObject(JSON.parse(body), "envelope");
  const { id, labels, installationId, repository } = readObject(job, "job");
  const { id: repositoryId, owner } = readObject(repository, "repository");
  const name = `tornade-${String(id)}-1-1`;
  await putItem(`job#${String(id)}`, { body, status: "launching" });
  const token = await readToken(Number(installationId), Number(repositoryId));
  const jitConfig = await registerRunner(String(owner), { name, labels, token });
  await runTask(name, jitConfig);
  await Promise.all([
    putItem(`runner#${name}`, { madeFor: id }),
    putItem(`job#${String(id)}`, { body, status: "launched" }),
  ]);
}

async function putItem(id: string, item: object): Promise<void> {
  await callAws("dynamodb", "PutItem", {
    TableName: env["TORNADE_LEDGER_TABLE"],
    Item: { id: { S: id }, item: { S: JSON.stringify(item) } },
    ConditionExpression: "attribute_not_exists(id)",
  });
}

async function runTask(name: string, jitConfig: string): Promise<void> {
  const environment = [
    { name: "RUNNER_NAME", value: name },
    { name: "TORNADE_JIT_CONFIG", value: jitConfig },
  ];
  await callAws("ecs", "RunTask", {
    cluster: env["TORNADE_CLUSTER"],
    taskDefinition: "tornade-default-x86-64",
    capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }],
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-0a"] } },
    overrides: { containerOverrides: [{ name: "runner", environment }] },
    startedBy: name,
    clientToken: name,
  });
}
