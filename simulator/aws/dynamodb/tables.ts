import { AwsError } from "../aws-error.ts";
import { arnOf, type AwsSurroundings } from "../surroundings.ts";
import { validationError } from "./dynamodb-errors.ts";
import { keyNames, type Table } from "./table.ts";

/** What a table is made from. */
export type TableOptions = Pick<Table, "name" | "key" | "attributeTypes" | "indexes">;

/** The tables of the account. */
export type Tables = {
  readonly names: () => readonly string[];
  /** @throws {AwsError} when there is one of that name or the definitions do not agree */
  readonly create: (options: TableOptions) => Table;
  /** @throws {AwsError} ResourceNotFoundException */
  readonly find: (name: string) => Table;
};

/** An account without tables. */
export function createTables(surroundings: AwsSurroundings): Tables {
  const tables = new Map<string, Table>();
  return {
    names: () => [...tables.keys()].toSorted(),
    create: (options) => {
      if (tables.has(options.name)) {
        throw new AwsError("ResourceInUseException", `Table already exists: ${options.name}`);
      }
      checkDefinitions(options);
      const table = {
        ...options,
        arn: arnOf(surroundings, "dynamodb", `table/${options.name}`),
        createdAt: surroundings.timeline.now(),
        items: new Map(),
      };
      tables.set(table.name, table);
      return table;
    },
    find: (name) => {
      const table = tables.get(name);
      if (table) return table;
      throw new AwsError("ResourceNotFoundException", "Requested resource not found");
    },
  };
}

function checkDefinitions({ name, key, indexes, attributeTypes }: TableOptions): void {
  if (!/^[\w.-]{3,255}$/u.test(name)) {
    throw validationError(
      "TableName must be at least 3 characters long and at most 255 characters long",
    );
  }
  const used = new Set([key, ...indexes.map((index) => index.key)].flatMap(keyNames));
  const missing = [...used].filter((attribute) => !attributeTypes.has(attribute));
  if (missing.length > 0) {
    throw validationError(
      `One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [${missing.join(", ")}], AttributeDefinitions: [${[...attributeTypes.keys()].join(", ")}]`,
    );
  }
  if (used.size === attributeTypes.size) return;
  throw validationError(
    "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
  );
}
