import { tryCommand } from "../command.ts";
import type { Engine } from "./container-engine.ts";

/** Prints what each layer of an image takes, as docs/runner-image.md has it. */
export async function printLayers(engine: Engine, image: string): Promise<void> {
  const format = "{{.Size}}\t{{.CreatedBy}}";
  const { stdout } = await tryCommand(engine.command, [
    "history",
    "--no-trunc",
    "--format",
    format,
    image,
  ]);
  console.log(`\nlayers of ${image}:`);
  for (const line of stdout.trim().split("\n")) {
    const [size = "", by = ""] = line.split("\t");
    if (!/^0 ?B$/u.test(size)) console.log(`${size.padStart(10)}  ${by.slice(0, 100)}`);
  }
}
