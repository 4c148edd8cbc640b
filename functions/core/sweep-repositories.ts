import { sweepCursor } from "./cursor.ts";
import type { LedgerItem } from "./ledger.ts";
import { createSweepBudget } from "./sweep-budget.ts";
import { sweepDue } from "./sweep-due.ts";
import type { SweepCounts, SweepPorts } from "./sweep-pass.ts";
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
  const record = await sweepCursor.read(ports.ledger);
  const active = rememberActive(record.state.repositories, open, now());
  // Before anything is asked: a pass that is cut off must not forget who was active.
  const underWay = { repositories: putBehind(active, now()) };
  const remembered = await sweepCursor.write(record, underWay, ports);
  if (remembered === undefined) return counted;
  const budget = createSweepBudget(now, "active");
  const swept = await sweepDue(active, { ...ports, budget, counted });
  const repositories = active.map((one) => swept.get(one.repository.id)?.repository ?? one);
  await sweepCursor.write(remembered, { repositories }, ports);
  return counted;
}
