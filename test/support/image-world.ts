import type { Ecr } from "../../simulator/aws/ecr/ecr.ts";
import type { WorldOptions } from "../../simulator/world.ts";
import { createImageBuilder } from "./image-builder.ts";
import { createTestWorld, type TestWorld } from "./test-world.ts";

/** A world whose only image is built from a folder, for both architectures, and not built yet. */
export type ImageWorld = TestWorld & {
  /** May be changed at any time: whether images fail their smoke test. */
  readonly builder: { isBroken: boolean };
  readonly ecr: Ecr;
};

/** The name of the project and of the repository. */
export const imageProject = "tornade-images";

const slugs = { X86_64: "x86-64", ARM64: "arm64" } as const;

/** Both settings about images, for folders that hold what has that hash. */
export function imageEnv(hash: string) {
  const architectures = ["X86_64", "ARM64"] as const;
  const builds = architectures.map((architecture) => ({
    name: "default",
    architecture,
    source: `s3://assets/${hash}.zip`,
    buildImage: "aws/codebuild/standard",
    currentTag: `current-default-${slugs[architecture]}`,
    contentTag: `content-default-${slugs[architecture]}-${hash}`,
  }));
  const toImage = (architecture: keyof typeof slugs) => ({
    taskDefinition: `tornade-default-${slugs[architecture]}`,
    built: true,
  });
  return {
    TORNADE_IMAGES: JSON.stringify({
      default: { X86_64: toImage("X86_64"), ARM64: toImage("ARM64") },
    }),
    TORNADE_IMAGE_BUILDS: JSON.stringify({
      project: imageProject,
      repository: imageProject,
      builds,
    }),
  };
}

/** Creates the world; its builds take four minutes. */
export async function createImageWorld(options: Partial<WorldOptions> = {}): Promise<ImageWorld> {
  const builder = { isBroken: false };
  const late: { world?: TestWorld } = {};
  const world = await createTestWorld({
    env: imageEnv("one"),
    betweenMachine: (next) => (machine) => {
      if (late.world === undefined) return next(machine);
      const { timeline, aws } = late.world;
      const push = (tags: readonly string[]) => {
        aws.ecr.push(imageProject, tags);
      };
      const isBroken = () => builder.isBroken;
      return createImageBuilder({ timeline, push, isBroken }, next)(machine);
    },
    ...options,
  });
  late.world = world;
  const { ecr, codeBuild } = world.aws;
  ecr.createRepository(imageProject);
  codeBuild.createProject({ name: imageProject });
  return { ...world, builder, ecr };
}
