import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";

import { SettingsError } from "../core/errors.ts";
import { createAwsClient } from "./aws-client.ts";
import type { Surroundings } from "./surroundings.ts";

/** Reads SecureString parameters by name, decrypted; a name that does not exist is absent from the map. */
export type ReadParameters = (names: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** Where secrets live by default: AWS Systems Manager Parameter Store. */
export function createParameterStore(surroundings: Surroundings): ReadParameters {
  const client = createAwsClient(SSMClient, surroundings);
  return async (names) => {
    const command = new GetParametersCommand({ Names: [...names], WithDecryption: true });
    const { Parameters = [] } = await client.send(command);
    return new Map(Parameters.map(({ Name = "", Value = "" }) => [Name, Value]));
  };
}

/**
 * The value of one parameter.
 * @throws {SettingsError} when the parameter does not exist or is empty
 */
export function readParameter(parameters: ReadonlyMap<string, string>, name: string): string {
  const value = parameters.get(name)?.trim() ?? "";
  if (value !== "") return value;
  throw new SettingsError(
    "SettingMissing",
    `parameter '${name}' does not exist or is empty; create it as a SecureString, see docs/settings.md`,
  );
}
