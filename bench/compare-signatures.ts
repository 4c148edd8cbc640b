import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

import { signRequest } from "./floor/sign-request.ts";

/** The `authorization` of one request, as the SDK signed it and as the floor signs the same. */
export type Signatures = { readonly sdk: string; readonly floor: string };

const signer = {
  accessKeyId: "benchmark",
  secretAccessKey: "benchmark",
  region: "eu-west-1",
  service: "sqs",
} as const;

/** Signs one request twice: a floor that signs less than the SDK would be too low. */
export async function compareSignatures(): Promise<Signatures> {
  const request = await captureRequest();
  const sdk = request.headers["authorization"] ?? "";
  const names = /SignedHeaders=([^,]*)/u.exec(sdk)?.[1]?.split(";") ?? [];
  const signed = names.map((name) => [name, request.headers[name] ?? ""] as const);
  const floor = signRequest({ ...request, headers: Object.fromEntries(signed) }, signer);
  return { sdk, floor };
}

type Request = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

async function captureRequest(): Promise<Request> {
  const captured: Request[] = [];
  const client = new SQSClient({
    region: signer.region,
    credentials: signer,
    requestHandler: {
      handle: async (request: Request) => {
        captured.push(request);
        return { response: { statusCode: 200, headers: {}, body: Buffer.from("{}") } };
      },
    },
  });
  const queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/tornade-jobs";
  // The answer has no digest to compare; only the request matters.
  await client
    .send(new SendMessageCommand({ QueueUrl: queue, MessageBody: "a job" }))
    .catch(() => {});
  const [request] = captured;
  if (request === undefined) throw new Error("the SDK should have sent a request");
  return request;
}
