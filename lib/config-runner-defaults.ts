import { readLabelDefaults } from "../functions/adapters/label-defaults.ts";
import { toFargateSize } from "../functions/core/fargate-size.ts";
import { toLabelKeys } from "../functions/core/label-keys.ts";
import { describeMisfit, toFittingRungs } from "../functions/core/label-sizes.ts";
import { quote, toList } from "../functions/core/label-text.ts";
import { toLadder } from "../functions/core/label-values.ts";
import { providerNames } from "../functions/core/provider.ts";
import type { RunnerDefaults } from "./config.ts";
import { type Check, show, text } from "./config-check.ts";

const keys = toLabelKeys([]);

/** The checks of what a job gets that does not ask: a value has to be one that a label may have. */
export const runnerDefaultChecks: Readonly<Record<keyof RunnerDefaults, Check>> = {
  "runs-on": labelValue(keys.rungs),
  arch: labelValue(keys.architecture),
  cpu: labelValue(keys.cpu),
  memory: labelValue(keys.memory),
  disk: labelValue(keys.disk),
  image: text(/^./u, { allowed: "the name of an image", advice: "name one of images" }),
  timeout: labelValue(keys.timeoutMinutes),
};

/**
 * The mistakes in sizes that no provider has as they stand. A job's wish is rounded up in silence; a
 * default is an operator's decision, who should see what it costs.
 */
export function findSizeMistakes(defaults: RunnerDefaults): readonly string[] {
  const { runsOn, architecture, cpu, memory, disk } = readLabelDefaults(defaults);
  const wish = { rungs: toLadder(runsOn), architecture, cpu, memory, disk };
  const got = `got cpu=${cpu} memory=${memory} disk=${disk}`;
  const rungs = toFittingRungs(wish);
  if (rungs.length === 0) {
    const wayOut = describeMisfit({ ...wish, equipped: providerNames }, []).replace(
      /^[^;]*; /u,
      "",
    );
    return [`defaults should be a size that ${toList(wish.rungs, "or")} has, ${got}; ${wayOut}`];
  }
  const size = rungs.every((rung) => rung === "CODEBUILD") ? undefined : toFargateSize(wish);
  const legal = { cpu: (size?.cpu ?? 0) / 1024, memory: (size?.memory ?? 0) / 1024 };
  if (size === undefined || (legal.cpu === cpu && legal.memory === memory)) return [];
  const wayOut = `use the next larger one, cpu=${legal.cpu} memory=${legal.memory}`;
  return [`defaults should be a size that Fargate has, ${got}; ${wayOut}`];
}

function labelValue(key: {
  readonly read: (text: string) => unknown;
  readonly advise: (text: string) => string;
}): Check {
  return (value, path) => {
    const written = typeof value === "string" ? value : show(value);
    const word = written.toLowerCase();
    return key.read(word) === undefined
      ? [`${path} cannot be ${quote(written)}; use ${key.advise(word)}`]
      : [];
  };
}
