import { asObject, asText, type Decode } from "../json-reader.ts";
import { md5Hex } from "../surroundings.ts";
import { invalidParameterValue } from "./sqs-errors.ts";

/** One message attribute; binary values stay in base64 as they travel. */
export type MessageAttribute = {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
};

/** Message attributes by name. */
export type MessageAttributes = ReadonlyMap<string, MessageAttribute>;

const mostAttributes = 10;

/** Decodes one message attribute and checks that type and value fit. */
export const asMessageAttribute: Decode<MessageAttribute> = (value, path) => {
  const reader = asObject(value, path);
  const DataType = reader.required("DataType", asText);
  const StringValue = reader.optional("StringValue", asText);
  const BinaryValue = reader.optional("BinaryValue", asText);
  const isBinary = /^Binary(\.|$)/u.test(DataType);
  if (!isBinary && !/^(String|Number)(\.|$)/u.test(DataType)) {
    throw invalidParameterValue(path, DataType, "The type must be String, Number or Binary.");
  }
  const content = (isBinary ? BinaryValue : StringValue) ?? "";
  if (content === "") {
    throw invalidParameterValue(path, DataType, "The value of its type must not be empty.");
  }
  return isBinary ? { DataType, BinaryValue: content } : { DataType, StringValue: content };
};

/** @throws {AwsError} when a message carries more attributes than SQS takes */
export function checkAttributeCount(attributes: MessageAttributes): void {
  if (attributes.size <= mostAttributes) return;
  const reason = `Number of message attributes must be at most ${mostAttributes}.`;
  throw invalidParameterValue("MessageAttributes", attributes.size, reason);
}

/** The attributes somebody asked for: names, `All`, `.*` or `prefix.*`. */
export function selectAttributes(
  attributes: MessageAttributes,
  wanted: readonly string[],
): MessageAttributes {
  const isWanted = (name: string) =>
    wanted.some(
      (pattern) =>
        pattern === "All" ||
        pattern === name ||
        (pattern.endsWith(".*") && name.startsWith(pattern.slice(0, -2))),
    );
  return new Map([...attributes].filter(([name]) => isWanted(name)));
}

/** Bytes the attributes count towards the size of their message. */
export function attributesSize(attributes: MessageAttributes): number {
  return [...attributes]
    .flatMap(([name, attribute]) => [utf8(name), utf8(attribute.DataType), valueBytes(attribute)])
    .reduce((total, bytes) => total + bytes.length, 0);
}

/**
 * MD5OfMessageAttributes: every part length-prefixed, attributes sorted by name.
 * See "Calculating the MD5 message digest for message attributes" in the SQS developer guide.
 */
export function digestAttributes(attributes: MessageAttributes): string {
  const sorted = [...attributes].toSorted(([left], [right]) => (left < right ? -1 : 1));
  const parts = sorted.flatMap(([name, attribute]) => [
    withLength(utf8(name)),
    withLength(utf8(attribute.DataType)),
    Buffer.of(attribute.BinaryValue === undefined ? 1 : 2),
    withLength(valueBytes(attribute)),
  ]);
  return md5Hex(Buffer.concat(parts));
}

function valueBytes(attribute: MessageAttribute): Buffer {
  return attribute.BinaryValue === undefined
    ? utf8(attribute.StringValue ?? "")
    : Buffer.from(attribute.BinaryValue, "base64");
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function utf8(text: string): Buffer {
  return Buffer.from(text, "utf8");
}
