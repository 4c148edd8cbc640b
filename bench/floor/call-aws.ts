import { createPost } from "./post.ts";
import { signRequest } from "./sign-request.ts";

/** The services the floor calls: their names in signatures, and in front of an operation. */
const services = {
  ssm: "AmazonSSM",
  sqs: "AmazonSQS",
  dynamodb: "DynamoDB_20120810",
  ecs: "AmazonEC2ContainerServiceV20141113",
} as const;

const { env } = process;
const post = createPost();
const endpoint = env["AWS_ENDPOINT_URL"] ?? "";
const { host } = new URL(endpoint);

/** Calls one operation of AWS by its JSON protocol. */
export async function callAws(
  service: keyof typeof services,
  operation: string,
  input: object,
): Promise<unknown> {
  const body = JSON.stringify(input);
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    host,
    "x-amz-date": new Date().toISOString().replaceAll(/-|:|\.\d+/gu, ""),
    "x-amz-target": `${services[service]}.${operation}`,
  };
  const authorization = signRequest(
    { path: "/", headers, body },
    {
      accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
      region: env["AWS_REGION"] ?? "",
      service,
    },
  );
  return post(`${endpoint}/`, { ...headers, authorization }, body);
}
