import { readArray, readObject, readText } from "../../functions/core/read-json.ts";
import { callAws } from "./call-aws.ts";

/** The values of SSM parameters, in the order of the names. */
export async function readParameters(...names: readonly string[]): Promise<readonly string[]> {
  const input = { Names: names, WithDecryption: true };
  const answer = readObject(await callAws("ssm", "GetParameters", input), "answer");
  const found = readArray(answer["Parameters"], "Parameters").map((entry) =>
    readObject(entry, "parameter"),
  );
  return names.map((name) =>
    readText(found.find((entry) => entry["Name"] === name)?.["Value"], name),
  );
}
