import type {
  Installations,
  ListedInstallations,
  ListedRepository,
  RepositoryPage,
} from "../core/installations.ts";
import type { Installation } from "../core/cursor-item.ts";
import type { Log } from "../core/log.ts";
import {
  readArray,
  readNumber,
  readObject,
  readOptional,
  readText,
  readTimestamp,
} from "../core/read-json.ts";
import { readOrigin } from "../core/read-origin.ts";
import { appItself } from "./ask-github.ts";
import { askWithToken } from "./ask-with-token.ts";
import { readEach, readLeft, understand } from "./github-answers.ts";
import type { GitHubApp, TokenScope } from "./github-app.ts";
import type { GitHubClient } from "./github-client.ts";
import type { Answer } from "./github-request.ts";
import type { Surroundings } from "./surroundings.ts";

const pageSize = 100;

/** Most pages of installations: one for nearly every App, and never a flood for one that is public. */
const mostPages = 10;

/** GitHub's lists of installations and their repositories: one call a page. */
export function createGitHubInstallations(
  { now, log }: Pick<Surroundings, "now" | "log">,
  { app, request, ask }: Pick<GitHubClient, "app" | "request" | "ask">,
): Installations {
  return {
    list: async (until) =>
      ask(appItself, "list installations", async () =>
        listInstallations(app, { log, hasTime: () => now() < until }),
      ),
    listRepositories: async (installation, page) =>
      ask(installation.owner, `list repositories of ${installation.owner}`, async () =>
        askWithToken(readOnly(installation, app), async (authorization) => {
          const parameters = { per_page: pageSize, page, headers: { authorization } };
          return readPage(await request("GET /installation/repositories", parameters), page, log);
        }),
      ),
  };
}

async function listInstallations(
  { call }: GitHubApp,
  { log, hasTime }: { readonly log: Log; readonly hasTime: () => boolean },
): Promise<ListedInstallations> {
  const installations: Installation[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const { data } = await call("GET /app/installations", { per_page: pageSize, page });
    const listed = understand("a list of installations", () => readArray(data, "installations"));
    const read = readEach(listed, { what: "installations", read: readInstallation, log });
    installations.push(...read.flat());
    if (listed.length < pageSize) break;
    if (!hasTime()) return { installations, isCut: true };
  }
  return { installations, isCut: false };
}

// What is installed for a whole enterprise has no login, and no runners that jobs could be given.
function readInstallation(value: unknown): readonly Installation[] {
  const installation = readObject(value, "installation");
  const { suspended_at: suspendedAt, account } = installation;
  const login = readOptional(account, (one) => readObject(one, "account"))?.["login"];
  if (typeof suspendedAt === "string" || typeof login !== "string") return [];
  return [{ id: readNumber(installation["id"], "installation.id"), owner: login }];
}

function readOnly({ id }: Installation, { getToken }: GitHubApp) {
  return async (options: Pick<TokenScope, "refused">): Promise<string> =>
    getToken(id, { permissions: { metadata: "read" }, ...options });
}

function readPage(answer: Answer, page: number, log: Log): RepositoryPage {
  return understand("a list of repositories", () => {
    const fields = readObject(answer.data, "answer");
    const total = readNumber(fields["total_count"], "total_count");
    const listed = readArray(fields["repositories"], "repositories");
    return {
      entries: readEach(listed, { what: "repositories", read: readListed, log }).flat(),
      hasMore: page * pageSize < total,
      total,
      left: readLeft(answer),
    };
  });
}

// Nothing runs in a repository that is archived or disabled. One that is empty was never pushed to.
function readListed(value: unknown): readonly ListedRepository[] {
  const fields = readObject(value, "repository");
  if (fields["archived"] === true || fields["disabled"] === true) return [];
  const pushedAt = readOptional(fields["pushed_at"], (time) => readText(time, "pushed_at"));
  const { repository } = readOrigin({ repository: fields });
  return [{ repository, pushedAt: readTimestamp(pushedAt ?? "") ?? 0 }];
}
