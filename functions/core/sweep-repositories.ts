import { sweepCursor } from "./cursor.ts";
import type { LedgerItem } from "./ledger.ts";
import { createSweepBudget } from "./sweep-budget.ts";
import { sweepDue } from "./sweep-due.ts";
import type { SweepCounts, SweepPorts } from "./sweep-pass.ts";
import { forget, rememberActive } from "./sweep-memory.ts";
import { putBehind } from "./sweep.ts";

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
  const record = await sweepCursor.read(ports.ledger);
  const begunAt = now();
  const memory = rememberActive(record.state, open, begunAt);
  const active = memory.repositories;
  // Before anything is asked: a pass that is cut off must not forget who was active.
  const underWay = { ...memory, repositories: putBehind(active, begunAt) };
  const remembered = await sweepCursor.write(record, underWay, ports);
  if (remembered === undefined) return counted;
  const budget = createSweepBudget(now, "active");
  const swept = await sweepDue(active, { ...ports, budget, counted });
  const repositories = active.map((one) => swept.get(one.repository.id)?.repository ?? one);
  const left = [...swept].filter(([, { isForgotten }]) => isForgotten).map(([id]) => id);
  const state = forget({ ...memory, repositories }, new Set(left), begunAt);
  await sweepCursor.write(remembered, state, ports);
  return counted;
}
