import type { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, ProjectionType, Table } from "aws-cdk-lib/aws-dynamodb";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";

import { ledgerTable as shape } from "../functions/adapters/ledger-table.ts";

/** What an operator decides about the ledger. */
export interface LedgerTableProps {
  /** Whether the table refuses to be deleted, by whomever. */
  readonly deletionProtection: boolean;
  /** What becomes of it when the stack goes. */
  readonly removalPolicy: RemovalPolicy;
}

/** The table that remembers jobs and runners. */
export class LedgerTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: LedgerTableProps) {
    super(scope, id);
    this.table = new Table(this, "Resource", {
      partitionKey: { name: shape.key, type: AttributeType.STRING },
      timeToLiveAttribute: shape.expiry,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      ...props,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: shape.wakeIndex,
      partitionKey: { name: shape.wakeShard, type: AttributeType.STRING },
      sortKey: { name: shape.wakeAt, type: AttributeType.NUMBER },
      projectionType: ProjectionType.ALL,
    });
  }

  /** Lets a function read and write items by their keys. */
  grantItems(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ["dynamodb:GetItem", "dynamodb:PutItem"],
      resourceArns: [this.table.tableArn],
    });
  }

  /** Lets a function ask which items are due. */
  grantDue(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ["dynamodb:Query"],
      resourceArns: [`${this.table.tableArn}/index/${shape.wakeIndex}`],
    });
  }
}
