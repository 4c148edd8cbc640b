import { AwsError } from "../aws-error.ts";

/** Input CodeBuild does not take. */
export function invalidInput(message: string): AwsError {
  return new AwsError("InvalidInputException", message);
}

/** Something the request names that is not there. */
export function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message);
}
