import { ledgerTable } from "../../functions/adapters/ledger-table.ts";
import { settingNames } from "../../functions/adapters/settings.ts";
import { decodeItem } from "../../functions/core/ledger-codec.ts";
import type { LedgerItem } from "../../functions/core/ledger.ts";
import type { AnsweredCall } from "./contract.ts";
import { allowanceOf } from "./allowances.ts";
import { bounds, invariants } from "./bounds.ts";
import { type Parts, spell } from "./monitor-parts.ts";
import { namedJobs } from "./named-jobs.ts";

/** Watches that what a row of the ledger owes is carried out. */
export type RowWatch = { readonly onCall: (call: AnsweredCall) => void };

type State = Parts & {
  /** The rows that owe something. */
  readonly watched: Map<string, Watched>;
};

type Watched = {
  /** How many faults had struck when it began to. */
  readonly struck: number;
  /** When it was due first, however often it was put off since. */
  readonly due: number;
};

/** No row owes anything yet. */
export function watchRows(parts: Parts): RowWatch {
  const state: State = { ...parts, watched: new Map() };
  return {
    onCall: ({ name, request, answer }) => {
      if (name !== "PutItem") return;
      const id = /"id":\{"S":"([^"]+)"\}/u.exec(request.body)?.[1];
      if (id === undefined) return;
      // Whatever the answer: a write whose answer was lost may have held.
      if (request.body.includes('\\"owed\\":[\\"')) beginDebt(state, id, request.body);
      else if (answer?.status === 200) state.watched.delete(id);
    },
  };
}

function beginDebt(state: State, id: string, body: string): void {
  if (state.watched.has(id)) return;
  const now = state.timeline.now();
  const due = Math.max(now, Number(/\\"wakeAt\\":(\d+)/u.exec(body)?.[1] ?? now));
  state.watched.set(id, { struck: state.struck(), due });
  checkLater(state, id, now + bounds.debt);
}

function checkLater(state: State, id: string, at: number): void {
  state.deadlines.add(at, (now) => {
    checkDebt(state, id, now);
  });
}

function checkDebt(state: State, id: string, now: number): void {
  const item = readItem(state, id);
  const owed = item !== undefined && "owed" in item ? item.owed : [];
  if (item === undefined || owed.length === 0) {
    state.watched.delete(id);
    return;
  }
  const [jobId] = namedJobs(id.replace("runner#", ""));
  const allowance =
    jobId === undefined ? allowanceOfRun(state, id) : allowanceOf(state.strikesOf(jobId));
  const due = state.watched.get(id)?.due ?? now;
  const latest = state.countFrom(due) + bounds.debt + allowance;
  if (latest > now) {
    checkLater(state, id, latest);
    return;
  }
  const since =
    item.wakeAt === undefined ? "and is never looked at" : `due ${spell(now - due)} ago`;
  const details = `${id} still owes ${owed.join(" and ")}, ${since}`;
  state.report({ invariant: invariants.debt, ...(jobId === undefined ? {} : { jobId }), details });
}

function allowanceOfRun({ watched, struck }: State, id: string): number {
  return struck() > (watched.get(id)?.struck ?? 0) ? bounds.debtOfRun : 0;
}

function readItem({ services }: State, id: string): LedgerItem | undefined {
  const table = services.account.env[settingNames.ledgerTable] ?? "";
  const row = services.aws.dynamoDb.item(table, { [ledgerTable.key]: { S: id } });
  const body = row?.[ledgerTable.body];
  return body !== undefined && "S" in body ? decodeItem(body.S) : undefined;
}
