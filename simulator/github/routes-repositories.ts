import { findInstallation, repositoriesOf } from "./directory.ts";
import type { InstallationToken } from "./model.ts";
import { toRepositoryBody } from "./repository-body.ts";
import { type Answer, answerPage, type Call, notFound, type Route } from "./route.ts";
import { reaches } from "./tokens.ts";

const path = "/installation/repositories";

/** What an installation may see. Every token may ask, for all have `metadata: read`. */
export const repositoryRoutes: Readonly<Record<string, Route>> = {
  [`GET ${path}`]: { access: "installation", answer: answerRepositories },
};

function answerRepositories(call: Call, token: InstallationToken): Answer {
  const owner = findInstallation(call.state, token.installationId);
  if (owner === undefined) return notFound;
  const reached = repositoriesOf(call.state, owner).filter((one) => reaches(token, one));
  return answerPage(call, path, { key: "repositories", items: reached.map(toRepositoryBody) });
}
