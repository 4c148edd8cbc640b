import type { AttributeValue } from "./attribute-value.ts";
import type { Path } from "./path.ts";

/** What a SET assigns; every operand is read from the item as it was before the update. */
export type UpdateOperand =
  | { readonly kind: "value"; readonly value: AttributeValue }
  | { readonly kind: "path"; readonly path: Path }
  | { readonly kind: "if_not_exists"; readonly path: Path; readonly fallback: UpdateOperand }
  | {
      readonly kind: "sum";
      readonly sign: "+" | "-";
      readonly left: UpdateOperand;
      readonly right: UpdateOperand;
    };

/** One change of one attribute. */
export type UpdateAction =
  | { readonly kind: "SET"; readonly name: string; readonly operand: UpdateOperand }
  | { readonly kind: "REMOVE"; readonly name: string }
  | { readonly kind: "ADD" | "DELETE"; readonly name: string; readonly value: AttributeValue };
