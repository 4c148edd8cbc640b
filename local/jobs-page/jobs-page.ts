import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import type { LedgerItems } from "../read-ledger.ts";
import { shownStates } from "../shown-state.ts";
import { formatCost, formatDuration, formatMoment } from "./format.ts";
import { type Html, html } from "./html.ts";
import { type JobView, type Step, toJobView } from "./job-view.ts";

/** How many jobs the page has; the ledger keeps them for a month. */
const mostJobs = 200;

/** The page of all jobs: which state each is in, why it waits, how long each step took, what it cost. */
export function renderJobsPage({ jobs, runners }: LedgerItems, now: number): string {
  const newest = jobs.toSorted((one, other) => queuedAt(other) - queuedAt(one)).slice(0, mostJobs);
  const views = newest.map((item) => toJobView(item, runners, now));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${summarize(views)} · tornade</title>
        <link rel="icon" href="data:," />
        ${style.element} ${script.element}
      </head>
      <body>
        <h1>tornade</h1>
        <p id="gone" role="status">No answer from tornade; this is the last known state.</p>
        <main>${renderJobs(views, jobs.length - views.length)}</main>
        <footer>
          Costs are what AWS asks for such runners, on demand in us-east-1 and for Spot two thirds
          less; containers of this machine cost nothing. The ledger as <a href="/jobs">JSON</a>.
        </footer>
      </body>
    </html>`.html;
}

const style = readInline("style.css", ["<style>", "</style>"]);
const script = readInline("refresh.js", ['<script type="module">', "</script>"]);

/** What a browser may do with the page: nothing but what is written in it, whatever a job is called. */
export const jobsPageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": [
    "default-src 'none'",
    `style-src ${style.source}`,
    `script-src ${script.source}`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
} as const;

// The browser compares what is between the tags, byte for byte.
function readInline(name: string, [opening, closing]: readonly [string, string]) {
  const text = readFileSync(new URL(name, import.meta.url), "utf8");
  return {
    element: { html: `${opening}${text}${closing}` },
    source: `'sha256-${createHash("sha256").update(text).digest("base64")}'`,
  };
}

function queuedAt({ times }: LedgerItems["jobs"][number]): number {
  return times.queued ?? times.received ?? 0;
}

function summarize(views: readonly JobView[]): string {
  const counts = Map.groupBy(views, ({ state }) => state);
  const told = shownStates.filter((state) => counts.has(state));
  return told.map((state) => `${counts.get(state)?.length} ${state}`).join(", ") || "no jobs";
}

function renderJobs(views: readonly JobView[], older: number): Html {
  if (views.length === 0) {
    return html`<p class="none">
      No job yet. One with the label <code>tornade</code> appears here as soon as GitHub tells of
      it.
    </p>`;
  }
  const cost = views.reduce((sum, view) => sum + (view.cost ?? 0), 0);
  return html`<p class="summary">${summarize(views)}; ${formatCost(cost)}</p>
    <div class="row head" aria-hidden="true">
      <span>state</span><span>job</span><span>where</span><span>waited</span><span>ran</span>
      <span>cost</span>
    </div>
    <ol class="jobs">
      ${views.map(renderJob)}
    </ol>
    ${older === 0 ? "" : html`<p class="summary">and ${older} before these</p>`}`;
}

function renderJob(view: JobView): Html {
  const { key, name, state, where, waited, ran, cost } = view;
  return html`<li>
    <details id="job-${key}">
      <summary class="row">
        <span class="state ${state}">${state}</span>
        <span class="name">${name}</span>
        <span>${where}</span>
        <span class="number" title="waited">${toText(waited, formatDuration)}</span>
        <span class="number" title="ran">${toText(ran, formatDuration)}</span>
        <span class="number" title="cost">${toText(cost, formatCost)}</span>
        ${renderReason(view)}
      </summary>
      ${renderStory(view)}
    </details>
  </li>`;
}

function toText(figure: number | undefined, format: (figure: number) => string): string {
  return figure === undefined ? "" : format(figure);
}

function renderReason({ reason, lookedAtIn }: JobView): Html {
  const next = lookedAtIn === undefined ? "" : `; looked at again in ${formatDuration(lookedAtIn)}`;
  return reason === undefined ? html`` : html`<span class="reason">${reason}${next}</span>`;
}

function renderStory({ repository, workflow, labels, steps }: JobView): Html {
  const [first] = steps;
  return html`<div class="story">
    <p>${workflow} of ${repository}, ${labels.map((label) => html`<code>${label}</code> `)}</p>
    <ol class="steps">
      ${steps.map((step) => renderStep(step, first ?? step))}
    </ol>
  </div>`;
}

function renderStep(step: Step, first: Step): Html {
  const moment = formatMoment(step.at);
  const told = step === first ? moment : `+ ${formatDuration(step.at - first.at)}`;
  return html`<li>
    <time datetime="${new Date(step.at).toISOString()}" title="${moment}">${told}</time>
    <span>${step.text}</span>
  </li>`;
}
