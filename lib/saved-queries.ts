import { CfnQueryDefinition, type ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

import { logQueries, type LogQuery, runnerQuery } from "./log-queries.ts";

/** Whose logs are asked. */
export interface SavedQueriesProps {
  /** Name of the folder that the queries are in. */
  readonly stackName: string;
  /** Logs of the functions that decide. */
  readonly logGroups: readonly ILogGroup[];
  /** Logs of the runners. */
  readonly runnerLogGroup: ILogGroup;
}

/** The questions of an operator, ready in Logs Insights. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, props: SavedQueriesProps) {
    super(scope, id);
    const { stackName, logGroups, runnerLogGroup } = props;
    const save = (key: string, { name, lines }: LogQuery, asked: readonly ILogGroup[]) =>
      new CfnQueryDefinition(this, key, {
        name: `${stackName}/${name}`,
        logGroupNames: asked.map(({ logGroupName }) => logGroupName),
        queryString: lines.join("\n| "),
      });
    for (const [key, query] of Object.entries(logQueries)) save(key, query, logGroups);
    save("runnerEnds", runnerQuery, [runnerLogGroup]);
  }
}
