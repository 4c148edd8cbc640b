# shellcheck shell=bash
# What is known about the machine, for people. The dispatcher tells what it asked for; in a container that
# somebody else started, the machine itself is asked.

describe_architecture() {
  case ${TORNADE_ARCHITECTURE:-$HOSTTYPE} in
    x86_64 | X86_64) printf 'X86_64' ;;
    aarch64 | ARM64) printf 'ARM64' ;;
    *) printf '%s' "$HOSTTYPE" ;;
  esac
}

describe_size() {
  local memory
  if [[ -n ${TORNADE_CPU-} && -n ${TORNADE_MEMORY-} ]]; then
    printf '%s vCPU, %s GiB' "$TORNADE_CPU" "$TORNADE_MEMORY"
  else
    memory=$(awk '/^MemTotal/ { printf "%.1f", $2 / 1048576 }' /proc/meminfo)
    printf '%s vCPU, %s GiB' "$(nproc)" "$memory"
  fi
}

# A count of seconds as people say it.
describe_seconds() {
  if (($1 >= 3600)); then
    printf '%d h %d min' $(($1 / 3600)) $(($1 % 3600 / 60))
  elif (($1 >= 60)); then
    printf '%d min %d s' $(($1 / 60)) $(($1 % 60))
  else
    printf '%d s' "$1"
  fi
}

# How often the kernel has killed a process because the memory limit was reached; of cgroups of either version.
out_of_memory_kills() {
  local key count
  while read -r key count; do
    if [[ $key == oom_kill ]]; then printf '%s' "$count"; fi
  done < <(cat /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control 2>/dev/null)
}
