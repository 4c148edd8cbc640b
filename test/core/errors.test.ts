import { describe, expect, it } from "vitest";

import {
  DeliveryError,
  MessageError,
  messageOf,
  QueueError,
  SettingsError,
  TornadeError,
} from "../../functions/core/errors.ts";

describe("TornadeError", () => {
  it.each([
    [new SettingsError("SettingMissing", "x"), "SettingMissing", false],
    [new DeliveryError("SignatureWrong", "x"), "SignatureWrong", false],
    [new MessageError("x"), "MessageMalformed", false],
    [new QueueError("x"), "QueueUnavailable", true],
  ])("tells a code and whether to try again: %s", (error, code, retryable) => {
    expect(error).toBeInstanceOf(TornadeError);
    expect(error).toMatchObject({ code, retryable, message: "x" });
  });

  it("tells its name, whatever a minifier makes of the class", () => {
    expect(new QueueError("x").name).toBe("QueueError");
  });
});

describe("messageOf", () => {
  it("gives the message of an error", () => {
    expect(messageOf(new Error("no route"))).toBe("no route");
  });

  it("gives anything else as text", () => {
    expect(messageOf(404)).toBe("404");
  });
});
