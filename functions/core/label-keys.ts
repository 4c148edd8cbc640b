import { shorten, toList } from "./label-text.ts";
import {
  findName,
  leastTimeoutMinutes,
  mostTimeoutMinutes,
  readArchitecture,
  readGibibytes,
  readMinutes,
  readRungs,
  readVcpus,
} from "./label-values.ts";
import { architectures, providerNames } from "./provider.ts";

/** One key that labels may give a value to. */
export type LabelKey<Value> = {
  /** What stands before the `=`. */
  readonly name: string;
  /** Reads what stands behind the `=`, in lower case; undefined if it is not a value of this key. */
  readonly read: (text: string) => Value | undefined;
  /** What to write instead of `text`; completes a sentence that begins with "use". */
  readonly advise: (text: string) => string;
};

/** The type of runner a job asks for; a static one is resident, so nothing is launched for it. */
const runnerTypes = ["ephemeral", "static"] as const;

/** All keys and their values in one place, in the order in which their mistakes are told. */
export function toLabelKeys(images: readonly string[]) {
  return {
    rungs: { name: "runs-on", read: readRungs, advise: adviseRungs },
    architecture: {
      name: "arch",
      read: readArchitecture,
      advise: () => toList(architectures, "or"),
    },
    cpu: { name: "cpu", read: readVcpus, advise: () => "a number of vCPU, like cpu=2 or cpu=0.5" },
    memory: {
      name: "memory",
      read: readGibibytes,
      advise: () => "GiB, like memory=4 or memory=512m",
    },
    disk: { name: "disk", read: readGibibytes, advise: () => "GiB, like disk=50" },
    image: {
      name: "image",
      read: (text) => findName(images, text),
      advise: () => adviseImage(images),
    },
    timeoutMinutes: { name: "timeout", read: readMinutes, advise: adviseTimeout },
    type: {
      name: "type",
      read: (text) => findName(runnerTypes, text),
      advise: () => toList(runnerTypes, "or"),
    },
  } satisfies Record<string, LabelKey<unknown>>;
}

function adviseRungs(text: string): string {
  const names = toList(providerNames, "or");
  return /^\w*$/u.test(text) ? names : `${names}, or several joined with +`;
}

function adviseTimeout(): string {
  return `minutes or hours from ${leastTimeoutMinutes}m to ${mostTimeoutMinutes / 60}h, like 90m or 2h`;
}

function adviseImage(images: readonly string[]): string {
  const names = [...new Set(images)].map((name) => shorten(name, 40));
  const all = toList(names, "or");
  // Four names always fit; only a longer list is told in part, because a refusal has to stay short.
  return all.length <= 180
    ? all
    : `${names.slice(0, 4).join(", ")} or one of the ${names.length - 4} others in the image table`;
}
