import type { WireRequest, WireResponse, WireService } from "../wire.ts";
import type { Batches } from "./batches.ts";
import type { Dice } from "./dice.ts";
import { gitHubError } from "./fault-answers.ts";

/** GitHub fails before and after having done what it was asked, refuses, limits, and repeats itself. */
export function betweenGitHub(dice: Dice, batches: Batches, next: WireService): WireService {
  return async (request) => {
    const jobs = batches.concernedBy(request.path, request.body);
    if (dice.strikes("app-reinstalled", jobs)) reinstall(dice);
    const refusal = refuse(dice, request, jobs);
    if (refusal !== undefined) return refusal;
    const answer = await next(request);
    if (dice.strikes("github-answer-lost", jobs)) return badGateway;
    if (!isRegistration(request) || !dice.strikes("name-taken", jobs)) return answer;
    // The request arrived twice: the second copy finds what the first has made, unless it is limited.
    const again = await next(request);
    return again.status === 409 ? again : answer;
  };
}

function isRegistration({ path }: WireRequest): boolean {
  return path.endsWith("/generate-jitconfig");
}

function refuse(
  dice: Dice,
  request: WireRequest,
  jobs: readonly number[],
): WireResponse | undefined {
  if (dice.strikes("github-unavailable", jobs)) return badGateway;
  const isApp = /^bearer /iu.test(request.headers["authorization"] ?? "");
  if (isApp && dice.strikes("jwt-refused", jobs)) return refuseJwt(dice);
  if (!isApp && dice.strikes("token-refused", jobs)) return gitHubError(401, "Bad credentials", {});
  if (dice.strikes("github-limited", jobs)) {
    const seconds = Math.ceil(dice.between("github-limited", 5, 60));
    return limit(dice, { "retry-after": String(seconds) });
  }
  return dice.strikes("github-limited-silently", jobs) ? limit(dice, {}) : undefined;
}

const badGateway = gitHubError(502, "Server Error", {});

// Both statuses are met for the same limit.
function limit(dice: Dice, headers: WireResponse["headers"]): WireResponse {
  const status = dice.between("github-limited", 0, 1) < 0.5 ? 403 : 429;
  const message = "You have exceeded a secondary rate limit. Please wait before you try again.";
  return gitHubError(status, message, headers);
}

function refuseJwt({ timeline }: Dice): WireResponse {
  const message =
    "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
  return gitHubError(401, message, { date: new Date(timeline.now()).toUTCString() });
}

/** The App is uninstalled and installed again: a new number, and no token is good any more. */
function reinstall(dice: Dice): void {
  const { gitHub } = dice.services();
  const repository = gitHub.repositories().at(-1);
  if (repository === undefined) return;
  gitHub.removeInstallation(repository.owner.login);
  gitHub.addRepository({
    fullName: repository.fullName,
    id: repository.id,
    private: repository.private,
  });
}
