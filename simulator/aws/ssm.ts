import { AwsError, nullMember } from "./aws-error.ts";
import type { AwsJsonService, Operation } from "./aws-json.ts";
import { asBoolean, asText, listOf, type JsonReader } from "./json-reader.ts";
import { arnOf, toEpochSeconds, type AwsSurroundings } from "./surroundings.ts";

const parameterTypes = ["String", "StringList", "SecureString"] as const;
type ParameterType = (typeof parameterTypes)[number];

type Parameter = {
  readonly name: string;
  readonly type: ParameterType;
  readonly value: string;
  readonly version: number;
  readonly modifiedAt: number;
};

/** Simulated Parameter Store. */
export type Ssm = {
  readonly service: AwsJsonService;
  /** Sets a parameter without going over the wire. @default type SecureString */
  readonly put: (name: string, value: string, type?: ParameterType) => void;
};

type Store = {
  readonly surroundings: AwsSurroundings;
  readonly parameters: Map<string, Parameter>;
};

const mostBytes = { Standard: 4096, Advanced: 8192 } as const;
const mostNames = 10;

/** Parameter Store of one account and region, empty at first. */
export function createSsm(surroundings: AwsSurroundings): Ssm {
  const store: Store = { surroundings, parameters: new Map() };
  return {
    service: {
      targetPrefix: "AmazonSSM",
      jsonVersion: "1.1",
      missing: (path) => new AwsError("ValidationException", nullMember(path)),
      operations: createOperations(store),
    },
    put: (name, value, type = "SecureString") => {
      save(store, { name, value, type });
    },
  };
}

function createOperations(store: Store): Readonly<Record<string, Operation>> {
  return {
    GetParameter: (input) => {
      const parameter = store.parameters.get(input.required("Name", asText));
      if (!parameter) throw new AwsError("ParameterNotFound", "");
      return { Parameter: toWire(store, parameter, isDecrypted(input)) };
    },
    GetParameters: (input) => getParameters(store, input),
    PutParameter: (input) => putParameter(store, input),
  };
}

function getParameters(store: Store, input: JsonReader): unknown {
  const names = input.required("Names", listOf(asText));
  if (names.length === 0 || names.length > mostNames) {
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value '[${names.join(", ")}]' at 'names' failed to satisfy constraint: Member must have length between 1 and ${mostNames}`,
    );
  }
  const found = names.flatMap((name) => store.parameters.get(name) ?? []);
  return {
    Parameters: found.map((parameter) => toWire(store, parameter, isDecrypted(input))),
    InvalidParameters: names.filter((name) => !store.parameters.has(name)),
  };
}

function isDecrypted(input: JsonReader): boolean {
  return input.optional("WithDecryption", asBoolean) ?? false;
}

function putParameter(store: Store, input: JsonReader): unknown {
  const name = input.required("Name", asText);
  const value = input.required("Value", asText);
  const type = readType(input.optional("Type", asText), store.parameters.get(name));
  const tier = input.optional("Tier", asText) === "Advanced" ? "Advanced" : "Standard";
  checkName(name);
  checkSize(value, tier);
  if (store.parameters.has(name) && input.optional("Overwrite", asBoolean) !== true) {
    throw new AwsError(
      "ParameterAlreadyExists",
      "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
    );
  }
  return { Version: save(store, { name, value, type }).version, Tier: tier };
}

function readType(text: string | undefined, existing: Parameter | undefined): ParameterType {
  const type = parameterTypes.find((known) => known === text);
  if (type) return type;
  if (text === undefined && existing) return existing.type;
  throw new AwsError(
    "ValidationException",
    `Type '${text ?? ""}' is not supported; it must be one of ${parameterTypes.join(", ")}`,
  );
}

function checkName(name: string): void {
  if (/^[\w./-]{1,1011}$/u.test(name)) return;
  throw new AwsError(
    "ValidationException",
    "Parameter name: can't be prefixed with 'aws' or 'ssm' (case-insensitive) and only a mix of letters, numbers and the symbols .-_/ is allowed",
  );
}

function checkSize(value: string, tier: keyof typeof mostBytes): void {
  const limit = mostBytes[tier];
  if (Buffer.byteLength(value, "utf8") <= limit) return;
  throw new AwsError(
    "ValidationException",
    `${tier} tier parameters support a maximum parameter value of ${limit} characters.`,
  );
}

function save(store: Store, given: Pick<Parameter, "name" | "value" | "type">): Parameter {
  const version = (store.parameters.get(given.name)?.version ?? 0) + 1;
  const parameter = { ...given, version, modifiedAt: store.surroundings.timeline.now() };
  store.parameters.set(given.name, parameter);
  return parameter;
}

function toWire(store: Store, parameter: Parameter, decrypted: boolean): unknown {
  const isHidden = parameter.type === "SecureString" && !decrypted;
  const resource = `parameter/${parameter.name.replace(/^\//u, "")}`;
  return {
    Name: parameter.name,
    Type: parameter.type,
    // Stands for the ciphertext: what a reader without WithDecryption gets must not be usable.
    Value: isHidden
      ? Buffer.from(`encrypted ${parameter.name}`).toString("base64")
      : parameter.value,
    Version: parameter.version,
    LastModifiedDate: toEpochSeconds(parameter.modifiedAt),
    ARN: arnOf(store.surroundings, "ssm", resource),
    DataType: "text",
  };
}
