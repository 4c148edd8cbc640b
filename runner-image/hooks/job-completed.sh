#!/bin/bash
# Runs after the last step of a job: one line in its summary that says where it ran, how long, and for how much.
# It is no reason for a job to fail, though the runner starts hooks with `bash -e`.
set +e -uo pipefail
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
# shellcheck source=commands.sh
source "$here/commands.sh"
# shellcheck source=../machine.sh
source "$here/../machine.sh"

main() {
  local started kills
  started=$(cat "${TORNADE_RUNNER_HOME:-/home/runner}/.job-started" 2>/dev/null)
  [[ $started =~ ^[0-9]+$ ]] || started=$EPOCHSECONDS
  summarize "$started" "$((EPOCHSECONDS - started))" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
  kills=$(out_of_memory_kills)
  if ((${kills:-0} > 0)); then
    annotate warning "memory ran out and the kernel killed ${kills} of the job's processes; ask for more than $(describe_size) with memory="
  fi
}

summarize() {
  printf 'Ran on %s (%s, %s)' "${TORNADE_PROVIDER:-a runner of tornade}" "$(describe_architecture)" "$(describe_size)"
  if [[ ${TORNADE_QUEUED_AT-} =~ ^[0-9]+$ ]]; then
    printf ': waited %s, ran %s' "$(describe_seconds $(($1 - TORNADE_QUEUED_AT / 1000)))" "$(describe_seconds "$2")"
  else
    printf ': ran %s' "$(describe_seconds "$2")"
  fi
  describe_cost "$(($1 + $2 - ${TORNADE_LAUNCHED_AT:-${1}000} / 1000))" "$2"
  printf '\n\n'
}

# What the runner costs from its launch, and what GitHub takes for the job, which it rounds up to minutes.
describe_cost() {
  [[ -n ${TORNADE_USD_PER_MINUTE-} ]] || return 0
  awk -v billed="$1" -v ran="$2" -v price="$TORNADE_USD_PER_MINUTE" -v hosted="${TORNADE_HOSTED_USD_PER_MINUTE-}" \
    -v provider="${TORNADE_PROVIDER-}" '
    function minutes(seconds) { return int((seconds + 59) / 60) }
    BEGIN {
      # CodeBuild bills minutes begun, Fargate seconds but a minute at least.
      own = provider == "CODEBUILD" ? minutes(billed) : (billed > 60 ? billed : 60) / 60
      printf ", about $%.4f", price * own
      if (hosted != "") printf " ($%.4f GitHub-hosted)", hosted * (minutes(ran) > 0 ? minutes(ran) : 1)
    }'
}

main
