import type { LedgerItem } from "./ledger.ts";
import { createSweepBudget } from "./sweep-budget.ts";
import { sweepDue } from "./sweep-due.ts";
import type { SweepCounts, SweepPorts } from "./sweep-pass.ts";
import { readRecord, writeRecord } from "./sweep-record.ts";
import { putBehind, rememberActive } from "./sweep.ts";

/**
 * Finds the jobs that GitHub never told of, in repositories that were active lately, and tells of them
 * as GitHub would have. Nothing is lost when a webhook comes after all: a job is claimed once.
 * @param open the ledger's open items, which tell who is active
 */
export async function sweepRepositories(
  open: readonly LedgerItem[],
  ports: SweepPorts,
): Promise<Readonly<SweepCounts>> {
  const { now } = ports;
  const counted = { swept: 0, announced: 0 };
  const record = await readRecord(ports);
  const active = rememberActive(record.repositories, open, now());
  // Before anything is asked: a pass that is cut off must not forget who was active.
  const remembered = await writeRecord(record, putBehind(active, now()), ports);
  if (remembered === undefined) return counted;
  const budget = createSweepBudget(now, "active");
  const swept = await sweepDue(active, { ...ports, budget, counted });
  const after = active.map((one) => swept.get(one.repository.id)?.repository ?? one);
  await writeRecord(remembered, after, ports);
  return counted;
}
