import { describe, expect, it } from "vitest";

import { SettingsError } from "../../functions/core/errors.ts";
import { createFollowRunner } from "../../functions/follow-runner/follow-runner.ts";
import { createLaunchRunner } from "../../functions/launch-runner/launch-runner.ts";
import { readSettings } from "../../functions/launch-runner/settings.ts";
import { dispatchEnv } from "../support/dispatch-env.ts";
import { createTestWorld } from "../support/test-world.ts";

describe("readSettings", () => {
  it("reads where undecodable messages go, besides what starting runners takes", () => {
    expect(readSettings(dispatchEnv)).toMatchObject({
      deadLetterQueueUrl: dispatchEnv.TORNADE_DEAD_LETTER_QUEUE_URL,
      queueUrl: dispatchEnv.TORNADE_QUEUE_URL,
    });
  });
});

describe.each([
  { name: "createLaunchRunner", create: createLaunchRunner, notRead: "" },
  {
    name: "createFollowRunner",
    create: createFollowRunner,
    notRead: "TORNADE_DEAD_LETTER_QUEUE_URL",
  },
])("$name", ({ create, notRead }) => {
  it.each(Object.keys(dispatchEnv).filter((name) => name !== notRead))(
    "does not start without %s, and says so in one sentence",
    async (name) => {
      const { surroundings } = await createTestWorld();
      const starting = create({ ...surroundings, env: { ...surroundings.env, [name]: undefined } });
      await expect(starting).rejects.toBeInstanceOf(SettingsError);
      await expect(starting).rejects.toThrow(
        new RegExp(`^${name} is not set; see docs/settings.md$`, "u"),
      );
    },
  );
});
