import { createHash } from "node:crypto";

import { readObject, readOptional, readArray, readText } from "../../functions/core/read-json.ts";
import { jsonResponse, type WireRequest, type WireResponse } from "../../simulator/wire.ts";

/** A message as the queue took it. */
export type SentMessage = {
  readonly queueUrl: string;
  readonly body: string;
  readonly groupId?: unknown;
  readonly delaySeconds?: unknown;
};

/** SQS SendMessage and SSM GetParameters, just enough for the real SDK; `answer` is its wire. */
export type FakeAws = {
  readonly answer: (request: WireRequest) => Promise<WireResponse>;
  /** Parameter values by name; what is missing does not exist. */
  readonly parameters: Map<string, string>;
  readonly messages: SentMessage[];
  /** Names of the operations called, in order, failed ones included. */
  readonly calls: string[];
  /** What happens instead of an operation, by its name; may throw, as a connection does. */
  readonly faults: Map<string, () => WireResponse | Promise<WireResponse>>;
};

export function createFakeAws(parameters: Readonly<Record<string, string>> = {}): FakeAws {
  const fake: FakeAws = {
    parameters: new Map(Object.entries(parameters)),
    messages: [],
    calls: [],
    faults: new Map(),
    answer: async ({ headers, body }) => {
      const [, operation = ""] = (headers["x-amz-target"] ?? "").split(".");
      fake.calls.push(operation);
      const fault = fake.faults.get(operation);
      if (fault !== undefined) return fault();
      const input = readObject(JSON.parse(body), "input");
      return operation === "SendMessage" ? sendMessage(fake, input) : getParameters(fake, input);
    },
  };
  return fake;
}

/** An AWS error response of the JSON protocols. */
export function errorResponse(status: number, name: string, message = name): WireResponse {
  return jsonResponse(status, { __type: name, message }, "application/x-amz-json-1.1");
}

type Input = Readonly<Record<string, unknown>>;

function sendMessage({ messages }: FakeAws, input: Input): WireResponse {
  const body = readText(input["MessageBody"], "MessageBody");
  // The characters of XML, as SQS insists.
  if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(body)) {
    return errorResponse(400, "InvalidMessageContents");
  }
  messages.push({
    queueUrl: readText(input["QueueUrl"], "QueueUrl"),
    body,
    groupId: input["MessageGroupId"],
    delaySeconds: input["DelaySeconds"],
  });
  const digest = createHash("md5").update(body).digest("hex");
  return jsonResponse(
    200,
    { MessageId: `message-${messages.length}`, MD5OfMessageBody: digest },
    "application/x-amz-json-1.0",
  );
}

function getParameters({ parameters }: FakeAws, input: Input): WireResponse {
  const names = (readOptional(input["Names"], (value) => readArray(value, "Names")) ?? []).map(
    String,
  );
  const found = names.filter((name) => parameters.has(name));
  return jsonResponse(
    200,
    {
      Parameters: found.map((Name) => ({
        Name,
        Value: parameters.get(Name),
        Type: "SecureString",
      })),
      InvalidParameters: names.filter((name) => !parameters.has(name)),
    },
    "application/x-amz-json-1.1",
  );
}
