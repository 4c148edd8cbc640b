#!/usr/bin/env node
// What `npx tornade` runs. Plain JavaScript, so that an old Node gets a sentence instead of a syntax error.
import "./require-node-24.cjs";

await import("./tornade.ts");
