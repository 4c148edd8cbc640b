import { AwsError } from "../aws-error.ts";
import type { JsonReader } from "../json-reader.ts";

/** A request DynamoDB refuses as wrong. */
export function validationError(message: string): AwsError {
  return new AwsError("com.amazon.coral.validate#ValidationException", message);
}

/** Something DynamoDB can do and this simulator cannot; never ignored in silence. */
export function notModelled(what: string): AwsError {
  return validationError(`${what} is not modelled by this simulator`);
}

/** @throws {AwsError} when the request has a member that would have no effect here */
export function checkMembers(input: JsonReader, members: readonly string[]): void {
  const stranger = input.names.find((name) => !members.includes(name));
  if (stranger !== undefined) throw notModelled(stranger);
}
