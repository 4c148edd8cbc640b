import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { Duration, type RemovalPolicy } from "aws-cdk-lib";
import { type IGrantable, type IPrincipal, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function, RecursiveLoop, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

import { acknowledge } from "./acknowledgements.ts";
import { ConfigError } from "./config-error.ts";
import { whyTooLong } from "./environment-size.ts";
import type { FunctionEnvironment } from "./function-environment.ts";

/** The functions that `npm run build` bundles. */
export type FunctionName = "receive-webhook" | "launch-runner" | "follow-runner" | "reconcile";

/** How long a function that works on jobs may take; leases and the queue's visibility build on it. */
export const dispatchTimeout = Duration.seconds(15);

/** What makes one function of the dispatcher. */
export interface DispatcherFunctionProps {
  /** Which bundle it runs. */
  readonly name: FunctionName;
  readonly environment: FunctionEnvironment;
  readonly logRetention: RetentionDays;
  /** What becomes of its log when the stack goes. */
  readonly removalPolicy: RemovalPolicy;
  /** @default - 15 seconds */
  readonly timeout?: Duration;
  /** Takes events that came asynchronously and failed to the last. @default - they are dropped */
  readonly deadLetterQueue?: IQueue;
  /** Whether it sends messages to the queue that invokes it, on purpose. @default false */
  readonly invokesItself?: boolean;
}

/** One function of the dispatcher: its bundle, a log of its own and a role that may write to just that. */
export class DispatcherFunction extends Construct implements IGrantable {
  readonly function: Function;
  readonly grantPrincipal: IPrincipal;

  constructor(scope: Construct, id: string, props: DispatcherFunctionProps) {
    super(scope, id);
    const { name, environment, logRetention: retention, removalPolicy } = props;
    const excess = whyTooLong(this, environment);
    if (excess.length > 0) throw new ConfigError(excess);
    const logGroup = new LogGroup(this, "Log", { retention, removalPolicy });
    // CDK's own role would come with a managed policy for every log of the account.
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      description: `What tornade's ${name} may do`,
    });
    logGroup.grantWrite(role);
    this.function = new Function(this, "Resource", {
      description: `tornade: ${name}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(findBundle(name)),
      handler: "index.handler",
      // They need about 70 MiB (`npm run bench`); the rest buys the share of a core that a cold start waits for.
      memorySize: 512,
      timeout: props.timeout ?? dispatchTimeout,
      environment: { ...environment },
      role,
      logGroup,
      ...(props.deadLetterQueue === undefined ? {} : { deadLetterQueue: props.deadLetterQueue }),
      ...(props.invokesItself === true ? { recursiveLoop: RecursiveLoop.ALLOW } : {}),
    });
    this.grantPrincipal = this.function.grantPrincipal;
    acknowledge(this.function, {
      "Serverless-LambdaTracing":
        "X-Ray needs a permission on '*'; the ledger has the time of every step of a job",
    });
  }
}

function findBundle(name: FunctionName): string {
  const folder = fileURLToPath(new URL(`../dist/${name}`, import.meta.url));
  if (existsSync(`${folder}/index.mjs`)) return folder;
  const missing = `dist/${name}/index.mjs should be the bundle of ${name}, got no such file`;
  throw new ConfigError([`${missing}; run 'npm run build' first`]);
}
