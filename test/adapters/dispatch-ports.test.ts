import { describe, expect, it } from "vitest";

import { createDispatchPorts } from "../../functions/adapters/dispatch-ports.ts";
import { readDispatchSettings } from "../../functions/adapters/dispatch-settings.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { containing } from "../support/containing.ts";
import { countCalls, createTestWorld } from "../support/test-world.ts";

describe("createDispatchPorts", () => {
  it("reads the App's credentials at the start, in one call, and keeps them for five minutes", async () => {
    const world = await createTestWorld();
    world.calls.length = 0;
    await createDispatchPorts(world.surroundings, readDispatchSettings(world.surroundings.env));
    expect(countCalls(world, ["GetParameters"])).toEqual({ GetParameters: 1 });
    expect(world.calls.map(({ name }) => name)).toEqual(["GetParameters"]);
  });

  it("starts without them, says so, and reads them when they are needed", async () => {
    const world = await createTestWorld();
    world.outside.intercept = async (call, next) =>
      call === "GetParameters"
        ? jsonResponse(400, { __type: "AccessDeniedException", message: "not you" })
        : next();
    const ports = await createDispatchPorts(
      world.surroundings,
      readDispatchSettings(world.surroundings.env),
    );
    expect(world.lines.join("")).toContain('"level":"error","message":"credentials not read"');
    const { id, fullName, owner } = world.gitHub.addRepository({ fullName: "acme/app" });
    const origin = {
      repository: { id, fullName, owner: owner.login, ownerType: owner.type, private: true },
      installationId: owner.installationId ?? 0,
    };
    await expect(ports.registry.find(origin, "x")).rejects.toMatchObject({
      code: "CredentialsRefused",
      message: containing(
        /^GitHub was not asked: parameters '.*app-id' and '.*private-key' were not read: AccessDeniedException: not you; allow .*kms:Decrypt/u,
      ),
    });
    world.outside.intercept = async (_call, next) => next();
    expect(await ports.registry.find(origin, "x")).toBeUndefined();
  });
});
