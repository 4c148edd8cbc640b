import { Aws } from "aws-cdk-lib";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";

/**
 * A service of AWS where it acts for this account: not for another one that names our role.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
export function ownService(name: string): ServicePrincipal {
  const conditions = { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } };
  return new ServicePrincipal(name, { conditions });
}
