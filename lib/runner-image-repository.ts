import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Repository, TagMutability, TagStatus } from "aws-cdk-lib/aws-ecr";
import { Construct } from "constructs";

/** What becomes of the images with the stack. */
export interface RunnerImageRepositoryProps {
  readonly removalPolicy: RemovalPolicy;
}

/** The one repository of all images built from folders; currentTag and contentTag name them. */
export class RunnerImageRepository extends Construct {
  readonly repositoryArn: string;
  readonly repositoryName: string;
  readonly repositoryUri: string;

  constructor(scope: Construct, id: string, { removalPolicy }: RunnerImageRepositoryProps) {
    super(scope, id);
    const repository = new Repository(this, "Repository", {
      imageScanOnPush: true,
      // The current tag moves from image to image.
      imageTagMutability: TagMutability.MUTABLE,
      removalPolicy,
      emptyOnDelete: removalPolicy === RemovalPolicy.DESTROY,
      lifecycleRules: [
        {
          rulePriority: 1,
          // What a rule matches is safe from all rules after it, however old it gets.
          description: "Keep what runners are started from",
          tagPrefixList: ["current-"],
          maxImageCount: 1_000,
        },
        {
          rulePriority: 2,
          description: "Keep what came before it for two weeks",
          tagStatus: TagStatus.ANY,
          maxImageAge: Duration.days(14),
        },
      ],
    });
    this.repositoryArn = repository.repositoryArn;
    this.repositoryName = repository.repositoryName;
    this.repositoryUri = repository.repositoryUri;
  }
}
