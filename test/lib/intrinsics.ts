import type { JsonObject } from "../../functions/core/read-json.ts";

/** Where the templates of the tests are taken to be deployed. */
export const place = {
  partition: "aws",
  region: "eu-west-1",
  account: "123456789012",
  urlSuffix: "amazonaws.com",
} as const;

/** Every resource of a template by its logical id. */
export type Resources = Readonly<Record<string, Resource>>;

/** A resource as the template has it. */
export type Resource = { readonly Type: string; readonly Properties: JsonObject };

/** What CloudFormation makes of a value of a template: intrinsic functions give way to plausible texts. */
export function resolve(value: unknown, resources: Resources): unknown {
  if (Array.isArray(value)) return value.map((entry: unknown) => resolve(entry, resources));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, entry]: [string, unknown]) => [key, resolve(entry, resources)] as const,
  );
  const [first] = entries;
  const intrinsic = entries.length === 1 && first !== undefined ? intrinsics[first[0]] : undefined;
  if (intrinsic === undefined || first === undefined) return Object.fromEntries(entries);
  return intrinsic(first[1], resources);
}

type Intrinsic = (argument: unknown, resources: Resources) => unknown;

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, resources) => refer(String(name), resources),
  "Fn::GetAtt": (argument, resources) => {
    const [id = "", attribute = ""] = toList(argument).map(String);
    return attribute === "Arn" ? toArn(id, resources) : `${id}.${attribute}`;
  },
  "Fn::Join": (argument) => {
    const [separator, parts] = toList(argument);
    return toList(parts).map(String).join(String(separator));
  },
  "Fn::Select": (argument) => {
    const [index, list] = toList(argument);
    return toList(list)[Number(index)];
  },
  "Fn::Split": (argument) => {
    const [separator, text] = toList(argument);
    return String(text).split(String(separator));
  },
  "Fn::GetAZs": () => ["a", "b", "c"].map((zone) => place.region + zone),
  "Fn::Sub": (text) =>
    String(text).replaceAll(/\$\{([^}]+)\}/gu, (_, name: string) => String(pseudo[name])),
};

const pseudo: Readonly<Record<string, string>> = {
  "AWS::Partition": place.partition,
  "AWS::Region": place.region,
  "AWS::AccountId": place.account,
  "AWS::URLSuffix": place.urlSuffix,
  "AWS::StackName": "tornade",
  "AWS::StackId":
    "arn:aws:cloudformation:eu-west-1:123456789012:stack/tornade/0a1b2c3d-0000-4000-8000-000000000000",
};

function refer(name: string, resources: Resources): string {
  const type = resources[name]?.Type;
  if (type === undefined) return pseudo[name] ?? `<${name}>`;
  const { region, account } = place;
  if (type === "AWS::SQS::Queue") return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
  return name;
}

// Service and kind of what has an ARN; the logical id serves as its name.
const arns: Readonly<Record<string, string>> = {
  "AWS::SQS::Queue": "sqs:R:",
  "AWS::DynamoDB::Table": "dynamodb:R:table/",
  "AWS::ECS::Cluster": "ecs:R:cluster/",
  "AWS::CodeBuild::Project": "codebuild:R:project/",
  "AWS::IAM::Role": "iam::role/",
  "AWS::Logs::LogGroup": "logs:R:log-group:",
  "AWS::Lambda::Function": "lambda:R:function:",
  "AWS::ECR::Repository": "ecr:R:repository/",
  "AWS::Events::Rule": "events:R:rule/",
};

function toArn(id: string, resources: Resources): string {
  const kind = arns[resources[id]?.Type ?? ""];
  if (kind === undefined) return `${id}.Arn`;
  const [service, region, path] = /^([a-z]+):(R?):(.*)$/u.exec(kind)?.slice(1) ?? [];
  const arn = `arn:${place.partition}:${service}:${region === "R" ? place.region : ""}:${place.account}:${path}${id}`;
  return service === "logs" ? `${arn}:*` : arn;
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
