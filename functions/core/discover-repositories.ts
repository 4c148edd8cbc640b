import { installationsCursor, sweepCursor } from "./cursor.ts";
import {
  beginLooks,
  chooseNews,
  type Discovery,
  skipLook,
  hasRoom,
  isLookDue,
  type OpenLook,
  turnPage,
} from "./discovery.ts";
import type { Installations, ListedRepository } from "./installations.ts";
import type { ActiveRepository, InstallationLook } from "./cursor-item.ts";
import type { Repository } from "./job.ts";
import { whyShutOut, servesOwner } from "./policy.ts";
import { createSweepBudget, heedFailure, isRefused } from "./sweep-budget.ts";
import { putBehind } from "./sweep.ts";
import { sweepDue } from "./sweep-due.ts";
import type { SweepCounts, SweepPass, SweepPorts } from "./sweep-pass.ts";

/** What the discovery acts through. */
export type DiscoveryPorts = SweepPorts & {
  readonly installations: Installations;
};

type Pass = DiscoveryPorts & SweepPass;

/** Until when after its begin, in milliseconds, a look may ask for one more page of installations. */
const longestListing = 3_000;

/** Most pages of one installation in one pass: none keeps the others waiting for long. */
const mostPages = 3;

/**
 * Finds repositories in which jobs may have been queued without anybody telling of them, and sweeps each
 * of them once. What there is no budget for is put off to a later pass.
 */
export async function discoverRepositories(ports: DiscoveryPorts): Promise<Readonly<SweepCounts>> {
  const counted = { swept: 0, announced: 0 };
  const pass = { ...ports, budget: createSweepBudget(ports.now, "news"), counted };
  const record = await installationsCursor.read(ports.ledger);
  const looked = await lookAround(await beginAnew(record.state, pass), pass);
  // Before they are swept: a pass that is cut off must not forget what it found.
  const underWay = { ...looked, repositories: putBehind(looked.repositories, ports.now()) };
  const remembered = await installationsCursor.write(record, underWay, ports);
  if (remembered === undefined) return counted;
  const swept = await sweepDue(looked.repositories, pass);
  const repositories = looked.repositories.flatMap((one) => {
    const sweep = swept.get(one.repository.id);
    if (sweep === undefined) return [one];
    return sweep.isSettled ? [] : [sweep.repository];
  });
  await installationsCursor.write(remembered, { ...looked, repositories }, ports);
  return counted;
}

// One call for each hundred installations. Owners who are not served are never looked at.
async function beginAnew(discovery: Discovery, pass: Pass): Promise<Discovery> {
  const now = pass.now();
  if (!isLookDue(discovery.at, now)) return discovery;
  try {
    const listed = await pass.installations.list(now + longestListing);
    const unseen = listed.isCut ? discovery.installations : [];
    const found = new Map([...unseen, ...listed.installations].map((one) => [one.id, one]));
    const served = [...found.values()].filter(({ owner }) => servesOwner(owner, pass.policy));
    return {
      ...discovery,
      at: now,
      installations: beginLooks(discovery.installations, served, now),
    };
  } catch (error) {
    pass.log.warn("installations not listed", { error });
    return discovery;
  }
}

async function lookAround(discovery: Discovery, pass: Pass): Promise<Discovery> {
  if (discovery.installations.every(({ page }) => page === undefined)) return discovery;
  const { state: sweep } = await sweepCursor.read(pass.ledger);
  const found: Found = {
    waiting: new Map(discovery.repositories.map((one) => [one.repository.id, one])),
    active: new Set(sweep.repositories.map(({ repository }) => identify(repository))),
  };
  const installations: InstallationLook[] = [];
  for (const look of discovery.installations) {
    installations.push(await goOn(look, found, pass));
  }
  return { ...discovery, installations, repositories: [...found.waiting.values()] };
}

type Found = {
  /** The repositories that wait for their sweep, by id. */
  readonly waiting: Map<number, ActiveRepository>;
  /** Those that are swept anyway. */
  readonly active: ReadonlySet<string>;
};

// Under another name it is one that nobody sweeps: where it was, it is found no more.
function identify({ id, fullName }: Repository): string {
  return `${id} ${fullName}`;
}

async function goOn(begun: InstallationLook, found: Found, pass: Pass): Promise<InstallationLook> {
  const { owner } = begun;
  let look = begun;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const { page } = look;
    if (page === undefined || !hasRoom(found.waiting, owner) || !pass.budget.take(owner)) break;
    look = await listPage({ ...look, page }, found, pass);
  }
  return look;
}

async function listPage(look: OpenLook, found: Found, pass: Pass): Promise<InstallationLook> {
  const { budget, installations, log } = pass;
  try {
    const listed = await installations.listRepositories(look, look.page);
    budget.note(look.owner, listed.left);
    for (const one of chooseNews(listed, look)) takeUp(one, look, { found, pass });
    return turnPage(look, listed);
  } catch (error) {
    heedFailure(error, look.owner, budget);
    log.warn("repositories not listed", { owner: look.owner, error });
    return isRefused(error) ? skipLook(look) : look;
  }
}

function takeUp(
  { repository }: ListedRepository,
  { id: installationId }: InstallationLook,
  { found, pass }: { readonly found: Found; readonly pass: Pass },
): void {
  if (found.active.has(identify(repository)) || found.waiting.has(repository.id)) return;
  if (whyShutOut(repository, pass.policy) !== undefined) return;
  const now = pass.now();
  const taken = { repository, installationId, activeAt: now, dueAt: now, runs: [] };
  found.waiting.set(repository.id, taken);
}
