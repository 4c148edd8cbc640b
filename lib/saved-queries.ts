import { CfnQueryDefinition, type ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

import { logQueries } from "./log-queries.ts";

/** Whose logs are asked. */
export interface SavedQueriesProps {
  /** Name of the folder that the queries are in. */
  readonly stackName: string;
  /** Logs of the functions that decide. */
  readonly logGroups: readonly ILogGroup[];
}

/** The questions of an operator, ready in Logs Insights. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, { stackName, logGroups }: SavedQueriesProps) {
    super(scope, id);
    for (const [key, { name, lines }] of Object.entries(logQueries)) {
      new CfnQueryDefinition(this, key, {
        name: `${stackName}/${name}`,
        logGroupNames: logGroups.map(({ logGroupName }) => logGroupName),
        queryString: lines.join("\n| "),
      });
    }
  }
}
