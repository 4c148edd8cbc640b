# shellcheck shell=bash
# One JSON line an outcome, as the dispatcher's functions write them: a constant message, data in fields.

# log_line <level> <message> <key=value>...; empty values are left out, whole numbers stay numbers.
log_line() {
  local line field value
  line="{\"level\":\"$1\",\"message\":\"$2\""
  shift 2
  for field in "runnerName=${RUNNER_NAME-}" "$@"; do
    value=${field#*=}
    [[ -n $value ]] || continue
    if [[ ! $value =~ ^(0|[1-9][0-9]*)$ ]]; then value="\"$(json_text "$value")\""; fi
    line+=",\"${field%%=*}\":$value"
  done
  printf '%s}\n' "$line"
}

# The text as it may stand between the quotes of a JSON string.
json_text() {
  local text=${1//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//$'\t'/\\t}
  printf '%s' "${text//[[:cntrl:]]/ }"
}
