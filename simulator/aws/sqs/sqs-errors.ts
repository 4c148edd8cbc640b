import { AwsError } from "../aws-error.ts";

/** A value SQS does not take, with the sentence the real service says about it. */
export function invalidParameterValue(
  parameter: string,
  value: string | number,
  reason: string,
): AwsError {
  return new AwsError(
    "com.amazon.coral.service#InvalidParameterValueException",
    `Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`,
    { queryErrorCode: "InvalidParameterValue" },
  );
}

/** A required parameter that is not there. */
export function missingParameter(path: string): AwsError {
  return new AwsError(
    "com.amazon.coral.service#MissingRequiredParameterException",
    `The request must contain the parameter ${path}.`,
    { queryErrorCode: "MissingParameter" },
  );
}

/** An error of SQS's own model, whose old query-protocol code has another name. */
export function sqsError(code: string, message: string, queryCode = code): AwsError {
  return new AwsError(code, message, { queryErrorCode: `AWS.SimpleQueueService.${queryCode}` });
}

/** Throws unless the number lies within the limits. @throws {AwsError} naming them */
export function checkRange(
  parameter: string,
  value: number,
  limits: { readonly min: number; readonly max: number },
): void {
  if (value >= limits.min && value <= limits.max) return;
  const reason = `${parameter} must be >= ${limits.min} and <= ${limits.max}.`;
  throw invalidParameterValue(parameter, value, reason);
}
