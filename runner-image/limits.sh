# shellcheck shell=bash disable=SC2154 # supervise has the variables
# How long a runner may take for what it is doing. Part of supervise.

readonly idle_seconds=${TORNADE_IDLE_SECONDS:-300} timeout_seconds=${TORNADE_TIMEOUT_SECONDS:-21600}
# How long a listener may take to end: the worker has 30 s to tell GitHub, ECS kills after 120.
readonly stop_seconds=${TORNADE_STOP_SECONDS:-90}
declare -A phase_began=()
stopped_at=0

keep_to_limits() {
  local since
  look_at_clock
  since=${phase_began[$phase]:=$now}
  if [[ -n $stopping ]]; then
    if ((now >= stopped_at + stop_seconds * 1000)); then kill -KILL "$listener" 2>/dev/null; fi
  elif ((now >= timeout_seconds * 1000)); then
    stop "the timeout of ${timeout_seconds} s has passed"
  elif [[ $phase == starting ]] && ((now >= since + idle_seconds * 1000)); then
    stop "not connected within ${idle_seconds} s"
  elif [[ $phase == listening ]] && ((now >= since + idle_seconds * 1000)); then
    stop "no job within ${idle_seconds} s"
  elif [[ $phase == leaving ]] && ((now >= since + stop_seconds * 1000)); then
    stop "the listener stayed after its job"
  fi
}

# SIGINT is what the listener understands: idle, it gives its session back; in a job, the worker fails the
# job and says why. SIGTERM and run.sh end it too, but not in an order that leaves time for that.
stop() {
  [[ -z $stopping ]] || return 0
  stopping=$1
  look_at_clock
  stopped_at=$now
  log_line info "runner stopping" "reason=$1" "phase=$phase"
  if [[ -n $listener ]]; then kill -INT "$listener" 2>/dev/null; fi
}
