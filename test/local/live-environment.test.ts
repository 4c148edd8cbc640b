import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import { CommandError } from "../../local/command-error.ts";
import { readLiveEnvironment } from "../../local/live-environment.ts";

const folder = mkdtempSync(join(tmpdir(), "tornade-live-"));
const keyFile = join(folder, "app.pem");
const pem = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs1", format: "pem" })
  .toString();
writeFileSync(keyFile, pem);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const none = join(folder, "none");
const complete = {
  GITHUB_APP_ID: "1",
  GITHUB_WEBHOOK_SECRET: "a secret",
  TORNADE_OWNERS: "acme",
  GITHUB_PRIVATE_KEY_FILE: keyFile,
};

describe("readLiveEnvironment", () => {
  it("reads the key from the file that is named", () => {
    expect(readLiveEnvironment(complete, none)).toEqual({ ...complete, GITHUB_PRIVATE_KEY: pem });
  });

  it.each([
    ["as it is", pem],
    ["in one line", pem.replaceAll("\n", String.raw`\n`)],
  ])("reads the key itself, %s", (_form, text) => {
    const env = { ...complete, GITHUB_PRIVATE_KEY: text, GITHUB_PRIVATE_KEY_FILE: undefined };

    expect(readLiveEnvironment(env, none)["GITHUB_PRIVATE_KEY"]).toBe(pem);
  });

  it("takes what the environment lacks from a file, and nothing that it has", () => {
    const file = join(folder, ".env");
    writeFileSync(file, "GITHUB_APP_ID=2\nTORNADE_OWNERS=other\nTORNADE_LAUNCH_LABEL='mine'\n");
    const { TORNADE_OWNERS: _owners, ...rest } = complete;

    expect(readLiveEnvironment(rest, file)).toMatchObject({
      GITHUB_APP_ID: "1",
      TORNADE_OWNERS: "other",
      TORNADE_LAUNCH_LABEL: "mine",
    });
  });

  it.each([
    [
      "GITHUB_APP_ID",
      "",
      "GITHUB_APP_ID is not set; set it to the number that the App's page shows",
    ],
    ["GITHUB_WEBHOOK_SECRET", undefined, "GITHUB_WEBHOOK_SECRET is not set; set it to the secret"],
    ["TORNADE_OWNERS", " ", "TORNADE_OWNERS is not set; set it to who may have runners"],
    ["GITHUB_PRIVATE_KEY_FILE", "", "GITHUB_PRIVATE_KEY_FILE is not set; set it to the .pem file"],
    ["GITHUB_PRIVATE_KEY_FILE", "/no/key", "GITHUB_PRIVATE_KEY_FILE '/no/key' cannot be read"],
    ["GITHUB_PRIVATE_KEY", "nonsense", "GITHUB_PRIVATE_KEY is not an RSA private key in PEM form"],
  ])("refuses %s = %j in one line", (name, value, message) => {
    const read = () => readLiveEnvironment({ ...complete, [name]: value }, none);

    expect(read).toThrow(CommandError);
    expect(read).toThrow(message);
  });
});
