# shellcheck shell=bash disable=SC2154 # whoever sources it says where the image's files are
# The panel that the runner shows under "Set up job" (.setup_info): where the job runs and how it got there.
# Part of supervise.

# Any text may be in it, so all of it is escaped; it is moved into place whole, as the runner may be reading.
write_setup_info() {
  local detail
  detail=$(describe_runner)
  printf '[{"group":"Runner","detail":"%s"}]\n' "$(json_text "$detail")" >"$1.new" && mv "$1.new" "$1"
}

describe_runner() {
  printf 'Provider: %s\n' "${TORNADE_PROVIDER:-unknown}"
  if [[ -n ${TORNADE_FALLBACK-} ]]; then printf 'Not the first choice: %s\n' "$TORNADE_FALLBACK"; fi
  printf 'Architecture: %s\n' "$(describe_architecture)"
  printf 'Size: %s\n' "$(describe_size)"
  printf 'Image: %s (runner %s)\n' "${TORNADE_IMAGE:-default}" "$(runner_version)"
  describe_times
  if [[ -n ${TORNADE_JOB_NAME-} ]]; then printf 'Started for: %s\n' "$TORNADE_JOB_NAME"; fi
}

# Times come as milliseconds since the epoch.
describe_times() {
  local queued=${TORNADE_QUEUED_AT-} launched=${TORNADE_LAUNCHED_AT-} now
  now=$((${EPOCHREALTIME/[.,]/} / 1000))
  if [[ $queued =~ ^[0-9]+$ && $launched =~ ^[0-9]+$ ]]; then
    TZ=UTC printf 'Queued at %(%H:%M:%S)T UTC, launched %s later, here %s after that\n' "$((queued / 1000))" \
      "$(describe_seconds $(((launched - queued) / 1000)))" "$(describe_seconds $(((now - launched) / 1000)))"
  fi
}

runner_version() {
  # shellcheck disable=SC1091 # written by the build
  (source "$here/built" 2>/dev/null && printf '%s' "$RUNNER_VERSION") || printf 'of unknown version'
}
