# shellcheck shell=bash
# Workflow commands: lines that GitHub shows as annotations of the job.

# The text as a workflow command may carry it.
command_text() {
  local text=${1//%/%25}
  text=${text//$'\r'/%0D}
  printf '%s' "${text//$'\n'/%0A}"
}

# annotate error|warning <text>
annotate() {
  printf '::%s title=tornade::%s\n' "$1" "$(command_text "$2")"
}
