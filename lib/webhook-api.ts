import { Aws, Fn, Names, type RemovalPolicy } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

import { acknowledge } from "./acknowledgements.ts";
import type { DispatcherFunction } from "./dispatcher-function.ts";

/** What answers the webhook. */
export interface WebhookApiProps {
  readonly receiver: DispatcherFunction;
  readonly logRetention: RetentionDays;
  /** What becomes of the access log when the stack goes. */
  readonly removalPolicy: RemovalPolicy;
}

/** The one way in: `POST /webhook`. */
export class WebhookApi extends Construct {
  /** What goes into the webhook settings of the GitHub App. */
  readonly url: string;
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: WebhookApiProps) {
    super(scope, id);
    const { receiver } = props;
    this.api = new HttpApi(this, "Resource", {
      apiName: Names.uniqueResourceName(this, { maxLength: 128, separator: "-" }),
      description: "tornade: deliveries of GitHub",
      createDefaultStage: false,
    });
    const routes = this.api.addRoutes({
      path: "/webhook",
      methods: [HttpMethod.POST],
      integration: new HttpLambdaIntegration("Receiver", receiver.function),
    });
    this.addStage(props);
    this.url = `${this.api.apiEndpoint}/webhook`;
    acknowledge(receiver.function, {
      "Serverless-LambdaDLQ": "it answers: what it fails on, GitHub shows and delivers again",
    });
    for (const route of routes) {
      acknowledge(route, {
        "AwsSolutions-APIG4": "the function checks GitHub's signature over the raw body",
      });
    }
  }

  private addStage({ logRetention: retention, removalPolicy }: WebhookApiProps): void {
    const name = `${Names.uniqueResourceName(this, { separator: "-" })}-${firstOfStackId()}`;
    const logGroup = new LogGroup(this, "AccessLog", {
      // API Gateway writes the permission for other names into one policy of the account, which gets full.
      logGroupName: `/aws/vendedlogs/${name}`,
      retention,
      removalPolicy,
    });
    new HttpStage(this, "Stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      // A matrix of 256 jobs is 768 deliveries; what is refused here is delivered again by reconcile.
      throttle: { rateLimit: 500, burstLimit: 1_000 },
      accessLogSettings: { destination: new LogGroupLogDestination(logGroup), format: accessLog },
    });
  }
}

// Of the id's UUID: else a log that stayed behind would be in the way of the next stack of this name.
function firstOfStackId(): string {
  return Fn.select(0, Fn.split("-", Fn.select(2, Fn.split("/", Aws.STACK_ID))));
}

const accessLog = AccessLogFormat.custom(
  JSON.stringify({
    requestId: "$context.requestId",
    time: "$context.requestTime",
    ip: "$context.identity.sourceIp",
    method: "$context.httpMethod",
    path: "$context.path",
    status: "$context.status",
    bytes: "$context.responseLength",
    milliseconds: "$context.responseLatency",
    error: "$context.integrationErrorMessage",
  }),
);
