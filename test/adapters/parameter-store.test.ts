import { describe, expect, it } from "vitest";

import { createParameterStore, readParameter } from "../../functions/adapters/parameter-store.ts";
import { SettingsError } from "../../functions/core/errors.ts";
import { createFakeAws, errorResponse } from "../support/fake-aws.ts";
import { createTestSurroundings } from "../support/surroundings.ts";

describe("createParameterStore", () => {
  it("reads all in one call, decrypted; what does not exist is absent", async () => {
    const aws = createFakeAws({ "/a": "1", "/b": "2", "/c": "3" });
    const surroundings = createTestSurroundings(aws.answer);
    const parameters = await createParameterStore(surroundings)(["/a", "/b", "/x"]);
    expect(parameters).toEqual(
      new Map([
        ["/a", "1"],
        ["/b", "2"],
      ]),
    );
    expect(surroundings.requests.map(({ body }): unknown => JSON.parse(body))).toEqual([
      { Names: ["/a", "/b", "/x"], WithDecryption: true },
    ]);
  });

  it("rejects when SSM refuses", async () => {
    const aws = createFakeAws();
    aws.faults.set("GetParameters", () => errorResponse(400, "AccessDeniedException", "not you"));
    const read = createParameterStore(createTestSurroundings(aws.answer));
    await expect(read(["/a"])).rejects.toThrow("not you");
  });
});

describe("readParameter", () => {
  it("gives the value without the line break that editors leave", () => {
    expect(readParameter(new Map([["/a", "secret\n"]]), "/a")).toBe("secret");
  });

  it.each([[new Map<string, string>()], [new Map([["/a", ""]])], [new Map([["/a", " \n"]])]])(
    "says how to create what %j does not hold",
    (parameters) => {
      expect(() => readParameter(parameters, "/a")).toThrow(SettingsError);
      expect(() => readParameter(parameters, "/a")).toThrow(
        "parameter '/a' does not exist or is empty; create it as a SecureString",
      );
    },
  );
});
