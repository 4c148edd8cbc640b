import type { AssessOptions } from "../core/assess.ts";
import type { ImageName } from "../core/built-image.ts";
import { SettingsError } from "../core/errors.ts";
import type { Policy } from "../core/policy.ts";
import { type ProviderName, providerNames } from "../core/provider.ts";
import { toRefusalSpec } from "../core/refusal-spec.ts";
import { decodeImageTable, type ImageTable } from "./image-table.ts";
import { readFittingDefaults } from "./label-defaults.ts";
import {
  readChoice,
  readJson,
  readLaunchLabel,
  readSome,
  settingNames as names,
} from "./settings.ts";
import type { Environment } from "./surroundings.ts";

/**
 * Who may have runners, and what labels may ask for.
 * @throws {SettingsError} naming the first setting that is missing or wrong
 */
export function readAssessOptions(env: Environment, images: ImageTable): AssessOptions {
  const defaults = readDefaults(env, images);
  return {
    launchLabel: readLaunchLabel(env),
    ...readPolicy(env),
    images: [...images.keys()],
    defaults,
    findEquipped: (image) => findEquipped(images, image),
    refusalSpec: toRefusalSpec(
      defaults,
      findEquipped(images, { ...defaults, name: defaults.image }),
    ),
  };
}

/**
 * What `image=` may name, and where each image is.
 * @throws {SettingsError} when it cannot be read
 */
export function readImageTable(env: Environment): ImageTable {
  return readJson(env, names.images, { decode: decodeImageTable });
}

/**
 * Who may have runners.
 * @throws {SettingsError} when no owner is named
 */
export function readPolicy(env: Environment): Policy {
  return {
    owners: readSome(env, names.owners),
    publicRepositories: readChoice(env, names.publicRepositories, ["refuse", "allow"]),
  };
}

function findEquipped(
  images: ImageTable,
  { name: image, architecture }: ImageName,
): readonly ProviderName[] {
  const { taskDefinition, codeBuildImage } = images.get(image)?.[architecture] ?? {};
  const equipped = {
    FARGATE: taskDefinition,
    FARGATE_SPOT: taskDefinition,
    CODEBUILD: codeBuildImage,
  } satisfies Record<ProviderName, string | undefined>;
  return providerNames.filter((name) => equipped[name] !== undefined);
}

function readDefaults(env: Environment, images: ImageTable): AssessOptions["defaults"] {
  const decode = readFittingDefaults;
  const defaults = readJson(env, names.defaults, { decode, fallback: "{}" });
  if (images.has(defaults.image)) return defaults;
  throw new SettingsError(
    "SettingInvalid",
    `${names.images} has no image '${defaults.image}', which a job gets that asks for none; add it, or name another in ${names.defaults}`,
  );
}
