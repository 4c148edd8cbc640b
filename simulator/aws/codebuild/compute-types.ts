import { invalidInput } from "./codebuild-errors.ts";

const generalTypes = ["SMALL", "MEDIUM", "LARGE", "XLARGE", "2XLARGE"].map(
  (size) => `BUILD_GENERAL1_${size}`,
);
const lambdaTypes = [1, 2, 4, 8, 10].map((gigabytes) => `BUILD_LAMBDA_${gigabytes}GB`);

/** Compute types of each environment type that needs no fleet. */
const computeTypes = new Map<string, readonly string[]>([
  ["LINUX_CONTAINER", generalTypes],
  ["ARM_CONTAINER", generalTypes],
  ["LINUX_GPU_CONTAINER", ["BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_LARGE"]],
  ["WINDOWS_SERVER_2019_CONTAINER", ["BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE"]],
  ["WINDOWS_SERVER_2022_CONTAINER", ["BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE"]],
  ["LINUX_LAMBDA_CONTAINER", lambdaTypes],
  ["ARM_LAMBDA_CONTAINER", lambdaTypes],
]);

/** @throws {AwsError} InvalidInputException when the environment type has no such compute type */
export function checkComputeType(environmentType: string, computeType: string): void {
  const allowed = computeTypes.get(environmentType);
  if (!allowed) throw invalidInput(`Invalid environment type: ${environmentType}`);
  if (allowed.includes(computeType)) return;
  throw invalidInput(
    `The compute type ${computeType} is not supported for environment type ${environmentType}`,
  );
}

/** Lambda compute has neither Docker nor a privileged mode. */
export function isLambda(environmentType: string): boolean {
  return computeTypes.get(environmentType) === lambdaTypes;
}
