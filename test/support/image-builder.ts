import type { Machine, StartProgram } from "../../simulator/machine.ts";
import type { Timeline } from "../../simulator/timeline.ts";

/** How builds of images go. */
export type ImageBuilderOptions = {
  readonly timeline: Timeline;
  /** Pushes the image that was built. */
  readonly push: (tags: readonly string[]) => void;
  /** @default 240_000 */
  readonly milliseconds?: number;
  /** Whether the image fails its smoke test. @default never */
  readonly isBroken?: () => boolean;
};

/** The program of builds of images: what the commands of the project do, for all other machines `next`. */
export function createImageBuilder(options: ImageBuilderOptions, next: StartProgram): StartProgram {
  return (machine) =>
    machine.environment["CONTENT_TAG"] === undefined ? next(machine) : build(machine, options);
}

function build(
  { environment, exit }: Machine,
  { timeline, push, milliseconds = 240_000, isBroken = () => false }: ImageBuilderOptions,
): ReturnType<StartProgram> {
  const cancel = timeline.after(milliseconds, () => {
    if (isBroken()) {
      exit(1);
      return;
    }
    push([environment["CURRENT_TAG"] ?? "", environment["CONTENT_TAG"] ?? ""]);
    exit(0);
  });
  return { terminate: cancel, kill: cancel };
}
