import type { Repository, Origin } from "./job.ts";
import {
  type JsonObject,
  readFlag,
  readNumber,
  readObject,
  readOptional,
  readText,
} from "./read-json.ts";

/**
 * Where a delivery comes from: its repository, and the App's installation, which webhooks that are not
 * the App's own do not name.
 * @throws {Error} naming the first field of a wrong type
 */
export function readOrigin(payload: JsonObject): Origin {
  const installationId = readOptional(payload["installation"], readInstallationId);
  const repository = readRepository(payload["repository"]);
  return { repository, ...(installationId === undefined ? {} : { installationId }) };
}

function readInstallationId(value: unknown): number {
  return readNumber(readObject(value, "installation")["id"], "installation.id");
}

function readRepository(value: unknown): Repository {
  const fields = readObject(value, "repository");
  const owner = readObject(fields["owner"], "repository.owner");
  const ownerType = readOptional(owner["type"], (type) => readText(type, "repository.owner.type"));
  return {
    id: readNumber(fields["id"], "repository.id"),
    fullName: readText(fields["full_name"], "repository.full_name"),
    owner: readText(owner["login"], "repository.owner.login"),
    ownerType: ownerType === "User" ? "User" : "Organization",
    private: readFlag(fields["private"], "repository.private"),
  };
}
