import { nodeId } from "./identifiers.ts";
import type { Owner, Repository } from "./model.ts";
import { apiUrl, toTime, webUrl } from "./urls.ts";

/** The repository as webhooks and runs show it, with all of its URLs. */
export function toRepositoryBody(repository: Repository): object {
  const url = `${apiUrl}/repos/${repository.fullName}`;
  return {
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.name,
    full_name: repository.fullName,
    private: repository.private,
    owner: toUserBody(repository.owner),
    html_url: `${webUrl}/${repository.fullName}`,
    description: null,
    fork: false,
    url,
    ...toUrls(url, repositoryUrls),
    ...toCloneUrls(repository),
    ...plainRepository,
    pushed_at: toTime(repository.pushedAt),
    visibility: repository.private ? "private" : "public",
  };
}

function toCloneUrls({ fullName }: Repository): object {
  const url = `${webUrl}/${fullName}`;
  return {
    clone_url: `${url}.git`,
    git_url: `git://github.com/${fullName}.git`,
    ssh_url: `git@github.com:${fullName}.git`,
    svn_url: url,
  };
}

/** An owner as GitHub shows one wherever a user may stand. */
export function toUserBody({ id, login, type }: Pick<Owner, "id" | "login" | "type">): object {
  const url = `${apiUrl}/users/${login}`;
  return {
    login,
    id,
    node_id: nodeId(type, id),
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    gravatar_id: "",
    url,
    html_url: `${webUrl}/${login}`,
    ...toUrls(url, userUrls),
    type,
    site_admin: false,
  };
}

const knownUrls = new Map<string, object>();

/** Put together once: they make up most of a webhook, and there are few repositories and users. */
function toUrls(base: string, paths: Readonly<Record<string, string>>): object {
  const known = knownUrls.get(base);
  if (known !== undefined) return known;
  const urls = Object.fromEntries(
    Object.entries(paths).map(([name, path]) => [`${name}_url`, `${base}/${path}`]),
  );
  knownUrls.set(base, urls);
  return urls;
}

const repositoryUrls = {
  archive: "{archive_format}{/ref}",
  assignees: "assignees{/user}",
  blobs: "git/blobs{/sha}",
  branches: "branches{/branch}",
  collaborators: "collaborators{/collaborator}",
  comments: "comments{/number}",
  commits: "commits{/sha}",
  compare: "compare/{base}...{head}",
  contents: "contents/{+path}",
  contributors: "contributors",
  deployments: "deployments",
  downloads: "downloads",
  events: "events",
  forks: "forks",
  git_commits: "git/commits{/sha}",
  git_refs: "git/refs{/sha}",
  git_tags: "git/tags{/sha}",
  hooks: "hooks",
  issue_comment: "issues/comments{/number}",
  issue_events: "issues/events{/number}",
  issues: "issues{/number}",
  keys: "keys{/key_id}",
  labels: "labels{/name}",
  languages: "languages",
  merges: "merges",
  milestones: "milestones{/number}",
  notifications: "notifications{?since,all,participating}",
  pulls: "pulls{/number}",
  releases: "releases{/id}",
  stargazers: "stargazers",
  statuses: "statuses/{sha}",
  subscribers: "subscribers",
  subscription: "subscription",
  tags: "tags",
  teams: "teams",
  trees: "git/trees{/sha}",
} as const;

/** What GitHub tells of every repository and nobody here looks at. */
const plainRepository = {
  archived: false,
  created_at: "2026-01-01T00:00:00Z",
  default_branch: "main",
  disabled: false,
  forks: 0,
  forks_count: 0,
  has_downloads: true,
  has_issues: true,
  has_pages: false,
  has_projects: true,
  has_wiki: true,
  homepage: null,
  language: null,
  license: null,
  mirror_url: null,
  open_issues: 0,
  open_issues_count: 0,
  size: 0,
  stargazers_count: 0,
  updated_at: "2026-01-01T00:00:00Z",
  watchers: 0,
  watchers_count: 0,
} as const;

const userUrls = {
  events: "events{/privacy}",
  followers: "followers",
  following: "following{/other_user}",
  gists: "gists{/gist_id}",
  organizations: "orgs",
  received_events: "received_events",
  repos: "repos",
  starred: "starred{/owner}{/repo}",
  subscriptions: "subscriptions",
} as const;

/** Who pushes in the simulator; the last statement because it needs the table of URLs. */
export const developerBody = toUserBody({ id: 21_031_067, login: "developer", type: "User" });
