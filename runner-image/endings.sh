# shellcheck shell=bash disable=SC2154 # supervise has the variables
# Why and how a runner ended. Part of supervise.

# Ends the container with the listener's own exit code.
end() {
  local code kills level=info
  # A signal interrupts the wait, not the listener.
  while wait "$listener"; code=$?; kill -0 "$listener" 2>/dev/null; do :; done
  mark end
  kills=$(out_of_memory_kills)
  if ((code != 0)); then level=error; fi
  log_line "$level" "runner ended" "reason=$(ending_of "$code")" "exitCode=$code" "result=$result" \
    "containerStart=$(container_start)" \
    "listenerStartMilliseconds=${at[listenerStart]-}" "connectedMilliseconds=${at[connected]-}" \
    "jobStartMilliseconds=${at[jobStart]-}" "jobEndMilliseconds=${at[jobEnd]-}" \
    "endMilliseconds=${at[end]}" "outOfMemoryKills=${kills#0}"
  exit "$code"
}

# Exit codes of Runner.Listener, of which run.sh makes 0.
ending_of() {
  case $1 in
    0 | 130) printf '%s' "${stopping:-$(ended_well)}" ;;
    1) printf 'the runner was refused or its registration is gone' ;;
    2) printf 'the listener failed and could be started again' ;;
    3 | 4) printf 'the listener wants to update itself; run update-versions, then deploy' ;;
    5) printf 'another runner has the session of this one' ;;
    6) printf 'GitHub changed the configuration of this runner' ;;
    7) printf 'GitHub no longer accepts this version of the runner; run update-versions, then deploy' ;;
    137) printf '%s' "${stopping:+$stopping; }the listener was killed" ;;
    *) printf 'the listener ended unexpectedly' ;;
  esac
}

ended_well() {
  if [[ -n $result ]]; then printf 'the job is done'; else printf 'the listener ended without a job'; fi
}
