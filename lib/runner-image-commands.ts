// A third party's (Vend's) mirror of BuildKit's image at Docker Hub, which limits how often the address
// that builds share may pull.
const buildKit = "public.ecr.aws/vend/moby/buildkit:buildx-stable-1";

const push = "--output type=image,push=true,oci-mediatypes=true";

// zstd unpacks faster than gzip, and Fargate unpacks the image anew for every task. CodeBuild does not tell
// which Docker pulls its images, and before 23 that fails on zstd.
const zstd = ",compression=zstd,force-compression=true";

// A plain manifest: with provenance it would be an index, of no use for one architecture.
const build = "docker buildx build --provenance=false";

/** Ends the tag of the same image with Docker in it, which is what CodeBuild starts. */
export const dockerSuffix = "-docker";

/** The stage of a Dockerfile that adds Docker, as GNU grep and JavaScript both read it; lines may end in CRLF. */
export const dockerStage = String.raw`^FROM .* AS docker\s*$`;

const buildWithDocker = [
  `${build} --target docker --load --tag candidate${dockerSuffix} folder`,
  `docker run --rm --privileged --user 0 candidate${dockerSuffix} smoke-test docker`,
  `${build} --target docker ${push} --tag "$REPOSITORY_URI:$CURRENT_TAG${dockerSuffix}" folder`,
].join(" && ");

/**
 * How CodeBuild makes an image of a folder: built fresh, told to test itself, and only then pushed.
 * A command that fails ends its phase, so no tag moves to an image that failed its test.
 */
export const buildPhases = {
  pre_build: {
    commands: [
      'aws s3 cp --no-progress "$IMAGE_SOURCE" folder.zip',
      "unzip -q folder.zip -d folder",
      'aws ecr get-login-password | docker login --username AWS --password-stdin "${REPOSITORY_URI%%/*}"',
      `docker buildx create --use --driver-opt image=${buildKit}`,
    ],
  },
  build: {
    commands: [
      `${build} --pull --load --tag candidate folder`,
      "docker run --rm candidate smoke-test",
      `if grep -qi '${dockerStage}' folder/Dockerfile; then ${buildWithDocker}; fi`,
      // The content tag is pushed last: it says that the others have moved.
      `${build} ${push}${zstd} --tag "$REPOSITORY_URI:$CURRENT_TAG" --tag "$REPOSITORY_URI:$CONTENT_TAG" folder`,
    ],
  },
} as const;
