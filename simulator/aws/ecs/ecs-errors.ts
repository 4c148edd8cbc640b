import { AwsError } from "../aws-error.ts";

/** A parameter ECS does not take. */
export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}

/** A request ECS cannot carry out in the account's present state. */
export function clientException(message: string): AwsError {
  return new AwsError("ClientException", message);
}

/** A required member that is not there. */
export function blankMember(path: string): AwsError {
  const name = path.charAt(0).toUpperCase() + path.slice(1);
  return invalidParameter(`${name} can not be blank.`);
}
