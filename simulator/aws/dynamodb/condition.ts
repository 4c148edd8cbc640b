import type { AttributeValue } from "./attribute-value.ts";
import type { Path } from "./path.ts";

/** How two operands are compared. */
export const comparators = ["=", "<>", "<", "<=", ">", ">="] as const;

/** One of the comparison signs. */
export type Comparator = (typeof comparators)[number];

/** Something with a value. */
export type Operand =
  | { readonly kind: "path"; readonly path: Path }
  | { readonly kind: "value"; readonly value: AttributeValue }
  | { readonly kind: "size"; readonly path: Path };

/** A parsed condition. */
export type Condition =
  | {
      readonly kind: "compare";
      readonly comparator: Comparator;
      readonly left: Operand;
      readonly right: Operand;
    }
  | {
      readonly kind: "between";
      readonly operand: Operand;
      readonly low: Operand;
      readonly high: Operand;
    }
  | { readonly kind: "in"; readonly operand: Operand; readonly choices: readonly Operand[] }
  | { readonly kind: "exists"; readonly path: Path; readonly expected: boolean }
  | {
      readonly kind: "begins_with" | "contains" | "attribute_type";
      readonly path: Path;
      readonly operand: Operand;
    }
  | { readonly kind: "and" | "or"; readonly left: Condition; readonly right: Condition }
  | { readonly kind: "not"; readonly condition: Condition };
