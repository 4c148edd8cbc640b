#!/bin/bash
# Runs before the first step of a job, whichever job took this runner. A job that it refuses fails with the
# reason in its own log, and none of its steps runs. GitHub's runner fails the job for a hook that fails, but
# runs steps with `if: always()` all the same, so this one has the runner shut down and waits for that.
set -euo pipefail
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
# shellcheck source=commands.sh
source "$here/commands.sh"

# How long the runner may take to shut down before its worker is killed.
readonly patience_seconds=${TORNADE_REFUSE_SECONDS:-20}

main() {
  # GitHub's runner interrupts this hook only when it shuts down, not for a job that is cancelled.
  trap 'trap - EXIT; exit 1' INT TERM
  # Whatever else fails here: what was not looked at must not run either.
  trap 'if (($? != 0)); then prevent_steps; fi' EXIT
  printf '%s' "$EPOCHSECONDS" >"${TORNADE_RUNNER_HOME:-/home/runner}/.job-started" || true
  check_policy
  if [[ -n ${TORNADE_REFUSAL-} ]] && is_refused_job; then refuse "$(describe_refusal)"; fi
}

# The webhook by which the dispatcher knew of the job shows neither the pull request nor, if another job took
# the runner, its repository; the event does. One that cannot be read is refused: nobody knows what it is.
check_policy() {
  local facts public=unknown fork=unknown
  if facts=$(jq -r "$event_facts" "${GITHUB_EVENT_PATH:-/dev/null}" 2>/dev/null); then
    read -r public fork <<<"$facts" || true
  fi
  if [[ $fork != no && ${TORNADE_FORKS:-refuse} != allow ]]; then
    refuse "$(why_not_fork "$fork")"
  fi
  if [[ ${TORNADE_PUBLIC_REPOSITORIES:-refuse} == allow || $public == no ]]; then return; fi
  # Some events do not tell; the dispatcher has checked the repository that it started the runner for.
  if [[ $public == unknown && $fork == no ]] && is_own_repository; then return; fi
  refuse "public repositories get no runner here, as anybody could run code on it; $GITHUB_REPOSITORY is one, or its event does not tell"
}

# An event workflow_run has the rights of the repository itself, like pull_request_target, and tends to take up
# what the fork's run has left.
# shellcheck disable=SC2016 # jq's variables, not the shell's
readonly event_facts='
  def outside($head; $base): $head == null or $head != $base;
  (if (.repository.private | type) != "boolean" then "unknown"
   elif .repository.private then "no" else "yes" end) + " " +
  (if (.pull_request != null and outside(.pull_request.head.repo.id; .pull_request.base.repo.id))
     or (.workflow_run != null and outside(.workflow_run.head_repository.id; .repository.id))
   then "yes" else "no" end)'

why_not_fork() {
  if [[ $1 == yes ]]; then
    printf 'pull requests from forks get no runner here, nor do workflow runs that follow them, as they bring code from outside; push the branch to %s itself' "$GITHUB_REPOSITORY"
  else
    printf 'the event of this job cannot be read, so nobody can tell whether it comes from a fork'
  fi
}

# The runner was started to tell one job why it cannot be served. GitHub may give it to another: one of
# another repository, run or attempt has nothing to do with that and runs normally.
is_refused_job() {
  is_own_repository && [[ $GITHUB_RUN_ID == "${TORNADE_RUN_ID-}" && $GITHUB_RUN_ATTEMPT == "${TORNADE_RUN_ATTEMPT-}" ]]
}

is_own_repository() {
  [[ ${GITHUB_REPOSITORY,,} == "${TORNADE_REPOSITORY,,}" ]]
}

# Within the run nobody can tell jobs apart here, so the message says which job it is about.
describe_refusal() {
  printf '%s' "$TORNADE_REFUSAL"
  if [[ -n ${TORNADE_JOB_NAME-} ]]; then printf " (job '%s')" "$TORNADE_JOB_NAME"; fi
}

refuse() {
  annotate error "$1"
  exit 1
}

# A runner that shuts down runs no step any more, whatever its condition; for a job that has failed each step's
# own condition counts (https://github.com/actions/runner/issues/2811). Ends by the signal that the worker sends
# then; it sends none where the job was cancelled just before, as it hears of the first of the two only.
prevent_steps() {
  set +e
  if kill -USR1 "${TORNADE_SUPERVISOR:-nobody}" 2>/dev/null; then
    local until=$((SECONDS + patience_seconds))
    while ((SECONDS < until)); do sleep 0.2; done
  fi
  local worker
  worker=$(find_worker)
  if [[ -n $worker ]]; then kill -KILL "$worker"; fi
}

# The process that would run the steps: the nearest one above of that name. Outside of GitHub's runner, where
# somebody tries this hook, there is none.
find_worker() {
  local pid=$PPID name
  while ((pid > 1)) && read -r name <"/proc/$pid/comm"; do
    if [[ $name == Runner.Worker ]]; then
      printf '%s' "$pid"
      return
    fi
    pid=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status")
  done
}

main
