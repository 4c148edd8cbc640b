import { describe, expect, it } from "vitest";

import { decodeImageTable, listBuiltImages } from "../../functions/adapters/image-table.ts";

describe("decodeImageTable", () => {
  it("reads where each image is, by name in any case and by architecture", () => {
    const images = decodeImageTable({
      default: { X86_64: { taskDefinition: "a", codeBuildImage: "b" }, ARM64: null },
      "Rust-1.90": { ARM64: { codeBuildImage: "c" } },
      empty: {},
    });
    expect([...images]).toEqual([
      ["default", { X86_64: { taskDefinition: "a", codeBuildImage: "b" } }],
      ["rust-1.90", { ARM64: { codeBuildImage: "c" } }],
      ["empty", {}],
    ]);
  });

  it.each([
    [[], "images should be an object, got an array"],
    [{ default: "a" }, "image 'default' should be an object, got a string"],
    [{ default: { X86_64: "a" } }, "image 'default' should be an object, got a string"],
    [
      { default: { X86_64: { taskDefinition: 1 } } },
      "taskDefinition of image 'default' should be text, got a number",
    ],
  ])("refuses %j", (table, problem) => {
    expect(() => decodeImageTable(table)).toThrow(problem);
  });
});

describe("listBuiltImages", () => {
  it("lists those that may not be there yet", () => {
    const images = decodeImageTable({
      default: { X86_64: { built: true }, ARM64: { built: false } },
      Rust: { X86_64: {}, ARM64: { built: true } },
    });
    expect(listBuiltImages(images)).toEqual([
      { name: "default", architecture: "X86_64" },
      { name: "rust", architecture: "ARM64" },
    ]);
  });
});
