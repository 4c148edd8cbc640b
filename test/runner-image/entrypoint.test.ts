import { platform } from "node:os";

import { describe } from "vitest";

import { describeEntrypoint } from "./entrypoint-cases.ts";
import { createProcessStarter } from "./start-process.ts";

const start = createProcessStarter();

describe.runIf(platform() === "linux")("without a container", () => {
  describeEntrypoint(start);
});
