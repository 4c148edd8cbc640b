import { crc32 } from "node:zlib";

import { messageOf } from "../../functions/core/errors.ts";
import type { WireRequest, WireResponse, WireService } from "../wire.ts";
import { AwsError } from "./aws-error.ts";
import { asObject, JsonShapeError, type JsonReader } from "./json-reader.ts";

/** One operation of a service: decoded input to the JSON it answers; absent output is an empty body. */
export type Operation = (input: JsonReader, request: WireRequest) => unknown;

/** An AWS service that speaks awsJson. */
export type AwsJsonService = {
  /** What `x-amz-target` starts with, e.g. `DynamoDB_20120810`. */
  readonly targetPrefix: string;
  readonly jsonVersion: "1.0" | "1.1";
  readonly operations: Readonly<Record<string, Operation>>;
  /** How this service complains about a required member that is absent. */
  readonly missing: (path: string) => AwsError;
  /** Namespace in front of the `__type` of its own errors, e.g. `com.amazonaws.sqs#`. @default none */
  readonly errorNamespace?: string;
  /** DynamoDB sends a checksum of every body. @default false */
  readonly sendsChecksum?: boolean;
};

const coralCodes = new Set(["UnknownOperationException", "SerializationException"]);

/** One endpoint for several awsJson services, dispatching on `x-amz-target` as the real hosts do. */
export function createAwsJsonEndpoint(
  services: readonly AwsJsonService[],
  nextRequestId: () => string,
): WireService {
  const byPrefix = new Map(services.map((service) => [service.targetPrefix, service]));
  return async (request) => {
    const [prefix = "", operationName = ""] = (request.headers["x-amz-target"] ?? "").split(".");
    const service = byPrefix.get(prefix);
    const requestId = nextRequestId();
    try {
      const operation = findOperation(service, operationName, request);
      const output = await operation(readBody(request.body), request);
      return toResponse(service, { status: 200, output: output ?? "", requestId });
    } catch (error) {
      return toErrorResponse(service, toAwsError(error, service), requestId);
    }
  };
}

function findOperation(
  service: AwsJsonService | undefined,
  name: string,
  request: WireRequest,
): Operation {
  const known = request.method === "POST" && service && Object.hasOwn(service.operations, name);
  const operation = known ? service.operations[name] : undefined;
  if (operation) return operation;
  throw new AwsError(
    "UnknownOperationException",
    `${request.method} with x-amz-target '${request.headers["x-amz-target"] ?? ""}' is not an operation this simulator has`,
  );
}

function readBody(body: string): JsonReader {
  let value: unknown;
  try {
    value = JSON.parse(body === "" ? "{}" : body);
  } catch {
    throw new AwsError("SerializationException", "the request body is not JSON");
  }
  return asObject(value, "");
}

function toAwsError(error: unknown, service: AwsJsonService | undefined): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof JsonShapeError) {
    return error.expected === undefined && service
      ? service.missing(error.path)
      : new AwsError("SerializationException", error.message);
  }
  const reason = messageOf(error);
  return new AwsError("InternalFailure", `the simulator failed: ${reason}`, { status: 500 });
}

function toErrorResponse(
  service: AwsJsonService | undefined,
  error: AwsError,
  requestId: string,
): WireResponse {
  const status = error.details.status ?? 400;
  const output = { __type: typeOf(error.code, service), message: error.message };
  const response = toResponse(service, {
    status,
    output: { ...output, ...error.details.members },
    requestId,
  });
  if (error.details.queryErrorCode === undefined) return response;
  const fault = status < 500 ? "Sender" : "Receiver";
  const queryError = `${error.details.queryErrorCode};${fault}`;
  return { ...response, headers: { ...response.headers, "x-amzn-query-error": queryError } };
}

function typeOf(code: string, service: AwsJsonService | undefined): string {
  if (coralCodes.has(code)) return `com.amazon.coral.service#${code}`;
  // A code that brings its own namespace keeps it.
  return code.includes("#") ? code : `${service?.errorNamespace ?? ""}${code}`;
}

function toResponse(
  service: AwsJsonService | undefined,
  answer: { readonly status: number; readonly output: unknown; readonly requestId: string },
): WireResponse {
  const body = answer.output === "" ? "" : JSON.stringify(answer.output);
  const checksum = service?.sendsChecksum ? { "x-amz-crc32": String(crc32(body)) } : {};
  return {
    status: answer.status,
    headers: {
      "content-type": `application/x-amz-json-${service?.jsonVersion ?? "1.1"}`,
      "x-amzn-requestid": answer.requestId,
      ...checksum,
    },
    body,
  };
}
