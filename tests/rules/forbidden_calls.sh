#!/bin/bash
# tests/rules/forbidden_calls.sh -- fails when the library ends the process, prints, or reads the environment
# SPDX-License-Identifier: Apache-2.0
#
# usage: forbidden_calls.sh ROOT
# getenv is allowed in hull/dispatch/environment.cpp alone; snprintf into a buffer is no printing. Asking to be called
# when the process ends, and writing to the terminal then, is allowed in hull/dispatch/profile_report.cpp alone: it is
# what TRIREME_PROFILE=1 asks for, and happens only if that or TRIREME_TRACE is set.
set -euo pipefail
root=${1:?usage: forbidden_calls.sh ROOT}

ending='(^|[^A-Za-z0-9_.>])(std::)?(abort|exit|_exit|_Exit|quick_exit|terminate)[[:space:]]*\('
printing='(^|[^A-Za-z0-9_])(printf|fprintf|vprintf|vfprintf|puts|fputs|putchar|perror)[[:space:]]*\(|std::(cout|cerr|clog)|[^A-Za-z0-9_](stdout|stderr|STDOUT_FILENO|STDERR_FILENO)[^A-Za-z0-9_]|[^A-Za-z0-9_]write[[:space:]]*\([[:space:]]*[12][^0-9]'
at_exit='[^A-Za-z0-9_](atexit|at_quick_exit|on_exit)[[:space:]]*\('
environment='(^|[^A-Za-z0-9_])(secure_getenv|getenv|setenv|putenv|unsetenv)[[:space:]]*\('

failed=0
at_end=""  # the search from which profile_report.cpp is left out
# Comments and string literals are taken out: sentences may say what the code must not do, and kernel text is not ours.
search() {
  local pattern=$1 what=$2 file found
  while read -r file; do
    [[ $what == *environment* && $file == "$root/hull/dispatch/environment.cpp" ]] && continue
    [[ $what == "$at_end" && $file == "$root/hull/dispatch/profile_report.cpp" ]] && continue
    found=$(sed -E 's|//.*$||; s/"([^"\\]|\\.)*"/""/g' "$file" | grep -nE "$pattern") || continue
    sed "s|^|${file#"$root"/}:|; s|\$|    ($what)|" <<<"$found"
    failed=1
  done < <(find "$root"/{include,hull,cpu,opencl,cuda} -type f \( -name '*.cpp' -o -name '*.hpp' -o -name '*.inc' \))
}
search "$ending" "ends the process"
at_end="prints"
search "$printing" "$at_end"
at_end="runs when the process ends"
search "$at_exit" "$at_end"
search "$environment" "reads the environment"
exit $failed
