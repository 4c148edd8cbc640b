import { describe, expect, it } from "vitest";

import {
  readChoice,
  readInteger,
  readJson,
  readLaunchLabel,
  readList,
  readRerunRepositories,
  readRunnerPrefix,
  readSome,
  readSetting,
  settingNames,
} from "../../functions/adapters/settings.ts";
import { SettingsError } from "../../functions/core/errors.ts";
import { readArray } from "../../functions/core/read-json.ts";

const { queueUrl, owners, idleMinutes, runnerScope, images, rerunRepositories } = settingNames;

describe("settingNames", () => {
  it("names every variable once", () => {
    const names = Object.values(settingNames);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("readSetting", () => {
  it("gives the text without the blanks around it", () => {
    expect(readSetting({ [queueUrl]: " https://queue\n" }, queueUrl)).toBe("https://queue");
  });

  it.each([undefined, "", " "])("takes the fallback for %j", (text) => {
    expect(readSetting({ [queueUrl]: text }, queueUrl, "none")).toBe("none");
  });

  it("says what is missing where there is no fallback", () => {
    expect(() => readSetting({}, queueUrl)).toThrow(SettingsError);
    expect(() => readSetting({}, queueUrl)).toThrow(
      "TORNADE_QUEUE_URL is not set; see docs/settings.md",
    );
  });
});

describe("readList", () => {
  it.each([
    [undefined, []],
    [" , ", []],
    ["acme", ["acme"]],
    ["acme, octo-org ,", ["acme", "octo-org"]],
  ])("reads %j", (text, entries) => {
    expect(readList({ [owners]: text }, owners)).toEqual(entries);
  });
});

describe("readSome", () => {
  it("reads a list", () => {
    expect(readSome({ [owners]: "acme, octo-org ," }, owners)).toEqual(["acme", "octo-org"]);
  });

  it.each([undefined, "", " , "])("refuses %j, which names nothing", (text) => {
    expect(() => readSome({ [owners]: text }, owners)).toThrow(
      "TORNADE_OWNERS is not set; see docs/settings.md",
    );
  });
});

describe("readInteger", () => {
  const range = { fallback: 5, least: 1, most: 60 };

  it.each([
    [undefined, 5],
    ["1", 1],
    [" 60 ", 60],
  ])("reads %j", (text, value) => {
    expect(readInteger({ [idleMinutes]: text }, idleMinutes, range)).toBe(value);
  });

  it.each(["0", "61", "1.5", "ten", "-1"])("refuses '%s'", (text) => {
    expect(() => readInteger({ [idleMinutes]: text }, idleMinutes, range)).toThrow(
      `TORNADE_IDLE_MINUTES should be a whole number from 1 to 60, got '${text}'`,
    );
  });
});

function readScope(text?: string) {
  return readChoice({ [runnerScope]: text }, runnerScope, ["organization", "repository"]);
}

describe("readChoice", () => {
  it.each([
    [undefined, "organization"],
    ["Repository", "repository"],
  ])("reads %j", (text, choice) => {
    expect(readScope(text)).toBe(choice);
  });

  it("says what is allowed", () => {
    expect(() => readScope("enterprise")).toThrow(
      "TORNADE_RUNNER_SCOPE should be one of organization, repository, got 'enterprise'",
    );
  });
});

function decodeImages(value: unknown): readonly unknown[] {
  return readArray(value, "images");
}

function readImages(text?: string) {
  return readJson({ [images]: text }, images, { decode: decodeImages, fallback: "[]" });
}

describe("readJson", () => {
  it.each([
    [undefined, []],
    ['["a"]', ["a"]],
  ])("decodes %j", (text, value) => {
    expect(readImages(text)).toEqual(value);
  });

  it("refuses what is not JSON", () => {
    expect(() => readImages("[")).toThrow(SettingsError);
  });

  it("refuses what cannot be decoded, and says why", () => {
    expect(() => readImages("{}")).toThrow(
      "TORNADE_IMAGES is not as docs/settings.md says: images should be an array, got an object",
    );
  });
});

describe("readRunnerPrefix", () => {
  it.each([
    [undefined, "tornade"],
    ["ci-2", "ci-2"],
    ["a".repeat(16), "a".repeat(16)],
  ])("reads %j", (text, prefix) => {
    expect(readRunnerPrefix({ TORNADE_RUNNER_PREFIX: text })).toBe(prefix);
  });

  it.each(["a".repeat(17), "Tornade", "tor_nade", "tor nade", "-tornade"])(
    "refuses '%s'",
    (text) => {
      expect(() => readRunnerPrefix({ TORNADE_RUNNER_PREFIX: text })).toThrow(
        `TORNADE_RUNNER_PREFIX should be 1 to 16 of a-z, 0-9 and, not in front, '-', got '${text}'`,
      );
    },
  );
});

describe("readLaunchLabel", () => {
  it.each([
    [undefined, "tornade"],
    ["Fast-CI", "Fast-CI"],
  ])("reads %j", (text, label) => {
    expect(readLaunchLabel({ TORNADE_LAUNCH_LABEL: text })).toBe(label);
  });

  it.each(["a/b", "a b", "a,b", "a=b", "a".repeat(65)])("refuses '%s'", (text) => {
    expect(() => readLaunchLabel({ TORNADE_LAUNCH_LABEL: text })).toThrow(
      `TORNADE_LAUNCH_LABEL should be a label of at most 64 characters, without spaces, '/', ',' and '=', got '${text}'`,
    );
  });
});

describe("readLaunchLabel, with a label of GitHub's own,", () => {
  it.each(["self-hosted", "Linux", "windows", "macOS", "X64", "ARM64", "arm"])(
    "refuses '%s'",
    (text) => {
      expect(() => readLaunchLabel({ TORNADE_LAUNCH_LABEL: text })).toThrow(
        `TORNADE_LAUNCH_LABEL should be a label that only jobs of tornade's have, not one of GitHub's own, got '${text}'`,
      );
    },
  );
});

describe("readRerunRepositories", () => {
  it.each([
    [undefined, []],
    ["acme/app", ["acme/app"]],
    ["acme/app.js, octo-org/*", ["acme/app.js", "octo-org/*"]],
  ])("reads %j", (text, entries) => {
    expect(readRerunRepositories({ [rerunRepositories]: text })).toEqual(entries);
  });

  it.each(["*", "acme", "acme/", "acme/app/x", "*/*", "acme/a*"])("refuses %j", (text) => {
    expect(() => readRerunRepositories({ [rerunRepositories]: `acme/app,${text}` })).toThrow(
      `TORNADE_RERUN_REPOSITORIES should be owner/name or owner/* in each entry, got '${text}'`,
    );
  });
});
