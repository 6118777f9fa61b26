# tests/gpu_suite/steps.sh -- runs one step under its time limit and keeps what came of it; sourced by run
# SPDX-License-Identifier: Apache-2.0
#
# A step has a name, a verdict (passed, FAILED, not done), a sentence and a log. A step that fails stops no other.

steps=() verdicts=() sentences=()

# limited SECONDS COMMAND...: ends the command, and what it started, after that time or at the suite's end.
limited() {
  local seconds=$1 left=$((deadline - SECONDS))
  shift
  if [[ $left -lt $seconds ]]; then seconds=$left; fi
  [[ $seconds -gt 0 ]] || return 124
  timeout --kill-after=3 "$seconds" "$@"
}

note() {
  steps+=("$1") verdicts+=("$2") sentences+=("$3")
  printf '%-8s  %s: %s\n' "$2" "$1" "$3"
}

log_of() { printf '%s/%s.log' "$logs" "${1//[^A-Za-z0-9_.-]/_}"; }

# step NAME SECONDS COMMAND...: the sentence is the last line that the command printed.
step() {
  local name=$1 seconds=$2 status=0 log started=$SECONDS last
  shift 2
  log=$(log_of "$name")
  limited "$seconds" "$@" >"$log" 2>&1 </dev/null || status=$?
  # The last line that says something; colours and Markdown's bars would spoil the table.
  last=$(sed 's/\x1b\[[0-9;]*m//g' "$log" | awk 'NF { line = $0 } END { print substr(line, 1, 300) }')
  last="${last//|/ } ($((SECONDS - started)) s)"
  case $status in
    0) note "$name" passed "$last" ;;
    124 | 137) note "$name" FAILED "it was stopped after $((SECONDS - started)) s; last line: $last" ;;
    *) note "$name" FAILED "exit status $status; last line: $last" ;;
  esac
  return 0
}

has_failed() { [[ " ${verdicts[*]} " == *" FAILED "* ]]; }
