import { Duration, type RemovalPolicy } from "aws-cdk-lib";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

import { acknowledge } from "./acknowledgements.ts";
import { createCredentials, type Credentials } from "./credentials.ts";
import { createDeadLetterQueue } from "./dead-letter-queue.ts";
import {
  DispatcherFunction,
  type DispatcherFunctionProps,
  type FunctionName,
} from "./dispatcher-function.ts";
import {
  type FunctionSurroundings,
  toDispatchEnvironment,
  toLaunchEnvironment,
  toReconcileEnvironment,
  toWebhookEnvironment,
} from "./function-environment.ts";
import type { JobQueue } from "./job-queue.ts";
import type { LedgerTable } from "./ledger-table.ts";
import type { ResolvedConfig } from "./resolved-config.ts";
import { launchReasons, listReasons } from "./runner-acknowledgements.ts";
import type { Runners } from "./runners.ts";

/** What the functions work with. */
export interface DispatcherProps {
  readonly config: ResolvedConfig;
  readonly jobs: JobQueue;
  readonly ledger: LedgerTable;
  readonly runners: Runners;
  readonly logRetention: RetentionDays;
  /** What becomes of the functions' logs when the stack goes. */
  readonly removalPolicy: RemovalPolicy;
}

/** The four functions, each with just the settings that it reads and the rights that it uses. */
export class Dispatcher extends Construct {
  readonly receiveWebhook: DispatcherFunction;
  readonly launchRunner: DispatcherFunction;
  readonly followRunner: DispatcherFunction;
  readonly reconcile: DispatcherFunction;
  /** State changes that follow-runner failed on to the last. */
  readonly deadStateChanges: Queue;
  private readonly props: DispatcherProps;
  private readonly credentials: Credentials;

  constructor(scope: Construct, id: string, props: DispatcherProps) {
    super(scope, id);
    this.props = props;
    this.credentials = createCredentials(this, props.config.secrets);
    this.deadStateChanges = createDeadLetterQueue(this, "DeadStateChanges");
    this.receiveWebhook = this.createReceiveWebhook();
    this.launchRunner = this.createLaunchRunner();
    this.followRunner = this.createFollowRunner();
    this.reconcile = this.createReconcile();
  }

  private createReceiveWebhook(): DispatcherFunction {
    const { config, jobs } = this.props;
    const receiveWebhook = this.createFunction("receive-webhook", {
      environment: toWebhookEnvironment(config, this.surroundings()),
      // GitHub gives up after ten seconds.
      timeout: Duration.seconds(10),
    });
    this.credentials.grantWebhookSecrets(receiveWebhook);
    jobs.grantSend(receiveWebhook);
    return receiveWebhook;
  }

  private createLaunchRunner(): DispatcherFunction {
    const { config, jobs } = this.props;
    const environment = toLaunchEnvironment(config, this.surroundings());
    // A job that waits is a message that launch-runner sends itself, over and over until its deadline. By
    // default Lambda takes that for a mistake, and stops at the sixteenth:
    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
    const options = { environment, invokesItself: true };
    const launchRunner = this.createFunction("launch-runner", options);
    this.grantDispatch(launchRunner);
    jobs.grantSetAside(launchRunner);
    jobs.feed(launchRunner, { maxConcurrency: config.maximumConcurrency });
    return launchRunner;
  }

  private createFollowRunner(): DispatcherFunction {
    const followRunner = this.createFunction("follow-runner", {
      environment: toDispatchEnvironment(this.props.config, this.surroundings()),
      deadLetterQueue: this.deadStateChanges,
    });
    this.grantDispatch(followRunner);
    return followRunner;
  }

  private createReconcile(): DispatcherFunction {
    const { config, jobs, ledger, runners } = this.props;
    const environment = toReconcileEnvironment(config, this.surroundings());
    const reconcile = this.createFunction("reconcile", { environment });
    this.credentials.grantApp(reconcile);
    jobs.grantSend(reconcile);
    ledger.grantItems(reconcile);
    ledger.grantDue(reconcile);
    runners.grantList(reconcile);
    acknowledge(reconcile, listReasons(runners.cluster));
    runners.imageBuild?.grantStart(reconcile);
    return reconcile;
  }

  private createFunction(
    name: FunctionName,
    props: Omit<DispatcherFunctionProps, "name" | "logRetention" | "removalPolicy">,
  ): DispatcherFunction {
    const { logRetention, removalPolicy } = this.props;
    return new DispatcherFunction(this, name, { name, logRetention, removalPolicy, ...props });
  }

  private grantDispatch(grantee: DispatcherFunction): void {
    const { jobs, ledger, runners } = this.props;
    this.credentials.grantApp(grantee);
    jobs.grantSend(grantee);
    ledger.grantItems(grantee);
    runners.grantLaunch(grantee);
    acknowledge(grantee, launchReasons(runners.cluster));
  }

  private surroundings(): FunctionSurroundings {
    const { jobs, ledger, runners } = this.props;
    return {
      parameters: this.credentials.parameters,
      queueUrl: jobs.queue.queueUrl,
      deadLetterQueueUrl: jobs.deadLetterQueue.queueUrl,
      ledgerTable: ledger.table.tableName,
      cluster: runners.cluster.clusterArn,
      containerName: runners.cluster.containerName,
      network: runners.network,
      codeBuildProject: runners.build.projectName,
      images: runners.imageTable,
      imageBuilds: runners.imageBuild?.setting,
    };
  }
}
