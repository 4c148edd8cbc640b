import { type ImageBuilds, readImageBuilds } from "../adapters/image-builds.ts";
import { createImageRegistry } from "../adapters/image-registry.ts";
import {
  readJson,
  readRunnerPrefix,
  readSetting,
  settingNames as names,
} from "../adapters/settings.ts";
import type { Surroundings } from "../adapters/surroundings.ts";
import { createImagePass } from "../core/build-images.ts";
import type { Ledger } from "../core/ledger.ts";

/** Wires the pass over the images that are built from folders; without any it does nothing. */
export function createImageBuildPass(
  surroundings: Surroundings,
  ledger: Ledger,
): () => Promise<void> {
  const { env, now, log } = surroundings;
  const images = readImages(env);
  if (images === undefined) return async () => {};
  const imageRegistry = createImageRegistry(surroundings, images);
  const stack = readRunnerPrefix(env);
  const pass = createImagePass(images.builds, { imageRegistry, ledger, now, log, stack });
  return async () => {
    try {
      await pass();
    } catch (error) {
      log.warn("images not checked", { error });
    }
  };
}

function readImages(env: Surroundings["env"]): ImageBuilds | undefined {
  if (readSetting(env, names.imageBuilds, "") === "") return undefined;
  return readJson(env, names.imageBuilds, { decode: readImageBuilds });
}
