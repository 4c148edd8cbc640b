import type { PutItemCommandInput } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import { rejection } from "../../support/simulated-aws.ts";
import { createSimulatedTable } from "../../support/simulated-table.ts";

describe("ConditionExpression", () => {
  const stored = {
    word: { S: "hello" },
    amount: { N: "9" },
    tags: { SS: ["a", "b"] },
    deep: { M: { entries: { L: [{ N: "1" }] } } },
  };
  const values = {
    ":hello": { S: "hello" },
    ":ten": { N: "10" },
    ":five": { N: "5" },
    ":he": { S: "he" },
    ":a": { S: "a" },
    ":two": { N: "2" },
    ":one": { N: "1" },
  };

  it.each([
    ["attribute_exists(word)", true],
    ["attribute_not_exists(word)", false],
    ["attribute_not_exists(gone)", true],
    ["word = :hello", true],
    ["word <> :hello", false],
    ["gone = :hello", false],
    ["gone <> :hello", true],
    ["amount < :ten", true],
    ["amount >= :ten", false],
    ["amount BETWEEN :five AND :ten", true],
    ["word < :ten", false],
    ["amount IN (:five, :ten)", false],
    ["word IN (:a, :hello)", true],
    ["begins_with(word, :he)", true],
    ["contains(word, :he)", true],
    ["contains(tags, :a)", true],
    ["size(tags) = :two", true],
    ["size(tags) < :two", false],
    ["deep.entries[0] = :one", true],
    ["NOT word = :hello", false],
    ["attribute_exists(gone) OR amount > :five AND word = :hello", true],
    ["(attribute_exists(word) OR amount > :five) AND word = :a", false],
  ])("%s is %s", async (ConditionExpression, holds) => {
    const { put } = createSimulatedTable();
    await put(stored);
    const used = Object.entries(values).filter(([name]) =>
      new RegExp(`${name}\\b`, "u").test(ConditionExpression),
    );
    const ExpressionAttributeValues = used.length === 0 ? undefined : Object.fromEntries(used);
    const written = put({}, { ConditionExpression, ExpressionAttributeValues });
    const outcome = await written.then(
      () => "written",
      (error: unknown) => (error instanceof Error ? error.name : "no error"),
    );
    expect(outcome).toBe(holds ? "written" : "ConditionalCheckFailedException");
  });

  it("fails with DynamoDB's sentence, and with the item for those who ask", async () => {
    const { put, Key } = createSimulatedTable();
    await put(stored);
    const error = await rejection(
      put(
        {},
        {
          ConditionExpression: "attribute_not_exists(pk)",
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        },
      ),
    );
    expect(error).toMatchObject({
      name: "ConditionalCheckFailedException",
      message: "The conditional request failed",
      Item: { ...Key, ...stored },
    });
  });

  const refused: readonly (readonly [string, Partial<PutItemCommandInput>, RegExp])[] = [
    [
      "an undefined value",
      { ConditionExpression: "word = :x" },
      /value used in expression is not defined; attribute value: :x/u,
    ],
    [
      "an undefined name",
      { ConditionExpression: "attribute_exists(#x)" },
      /name used in the document path is not defined; attribute name: #x/u,
    ],
    [
      "an unused value",
      {
        ConditionExpression: "attribute_exists(word)",
        ExpressionAttributeValues: { ":x": { S: "" } },
      },
      /ExpressionAttributeValues unused in expressions: keys: \{:x\}/u,
    ],
    [
      "an unused name",
      {
        ConditionExpression: "attribute_exists(word)",
        ExpressionAttributeNames: { "#x": "word" },
      },
      /ExpressionAttributeNames unused in expressions: keys: \{#x\}/u,
    ],
    [
      "a reserved word",
      { ConditionExpression: "attribute_exists(status)" },
      /reserved keyword; reserved keyword: status/u,
    ],
    [
      "an attribute compared with itself",
      { ConditionExpression: "word = word" },
      /first operand must be distinct/u,
    ],
    [
      "a prefix that is a number",
      {
        ConditionExpression: "begins_with(word, :n)",
        ExpressionAttributeValues: { ":n": { N: "1" } },
      },
      /function: begins_with, operand type: N/u,
    ],
    [
      "bounds the wrong way round",
      {
        ConditionExpression: "amount BETWEEN :n AND :m",
        ExpressionAttributeValues: { ":n": { N: "2" }, ":m": { N: "1" } },
      },
      /upper bound to be greater than or equal/u,
    ],
    ["a syntax error", { ConditionExpression: "word = = word" }, /Syntax error; token: "="/u],
    ["what is not modelled", { ReturnConsumedCapacity: "TOTAL" }, /not modelled/u],
  ];

  it.each(refused)("refuses %s", async (_case, input, message) => {
    const error = await rejection(createSimulatedTable().put({}, input));
    expect(error).toMatchObject({ name: "ValidationException" });
    expect(error).toHaveProperty("message", expect.stringMatching(message));
  });
});

describe("UpdateItem", () => {
  it("sets, counts, adds, deletes and removes whole attributes", async () => {
    const { put, update, Key } = createSimulatedTable();
    await put({ rest: { N: "3" }, tags: { SS: ["a", "b"] }, stale: { S: "x" } });
    const { Attributes } = await update({
      UpdateExpression:
        "SET #s = :s, rest = rest - :one, starts = if_not_exists(starts, :zero) + :one REMOVE stale ADD spent :one DELETE #tags :a",
      ExpressionAttributeNames: { "#s": "status", "#tags": "tags" },
      ExpressionAttributeValues: {
        ":s": { S: "queued" },
        ":one": { N: "1" },
        ":zero": { N: "0" },
        ":a": { SS: ["a"] },
      },
    });
    expect(Attributes).toEqual({
      ...Key,
      status: { S: "queued" },
      rest: { N: "2" },
      starts: { N: "1" },
      spent: { N: "1" },
      tags: { SS: ["b"] },
    });
  });

  it("adds to a set under a limit and drops the attribute with its last element", async () => {
    const { update, get, Key } = createSimulatedTable();
    const admit = async (job: string) =>
      update({
        UpdateExpression: "ADD admitted :jobs",
        ConditionExpression: "attribute_not_exists(admitted) OR size(admitted) < :max",
        ExpressionAttributeValues: { ":jobs": { SS: [job] }, ":max": { N: "1" } },
      });
    expect((await admit("a")).Attributes).toEqual({ ...Key, admitted: { SS: ["a"] } });
    expect(await rejection(admit("b"))).toMatchObject({ name: "ConditionalCheckFailedException" });
    await update({
      UpdateExpression: "DELETE admitted :jobs",
      ExpressionAttributeValues: { ":jobs": { SS: ["a"] } },
    });
    expect(await get()).toEqual(Key);
  });

  it.each([
    ["an update of the key", "SET pk = :v", /Cannot update attribute pk/u],
    ["two changes of one attribute", "SET a = :v REMOVE a", /overlap with each other/u],
    ["an absent operand", "SET a = b, c = :v", /does not exist in the item/u],
    ["a sum of texts", "SET a = :v + :v", /operator or function: \+, operand type: S/u],
    ["an ADD of text", "ADD a :v", /operator: ADD, operand type: STRING/u],
    ["a nested path", "SET a.b = :v", /not modelled/u],
    ["a function that is not modelled", "SET a = list_append(a, :v)", /not modelled/u],
    ["one section twice", "SET a = :v SET b = :v", /can only be used once/u],
  ])("refuses %s", async (_case, UpdateExpression, message) => {
    const { update } = createSimulatedTable();
    const error = await rejection(
      update({ UpdateExpression, ExpressionAttributeValues: { ":v": { S: "x" } } }),
    );
    expect(error).toMatchObject({ name: "ValidationException" });
    expect(error).toHaveProperty("message", expect.stringMatching(message));
  });
});
