#!/bin/bash
# tests/rules/forbidden_calls.sh -- fails when the library ends the process, prints, or reads the environment
# SPDX-License-Identifier: Apache-2.0
#
# usage: forbidden_calls.sh ROOT
# getenv is allowed in hull/dispatch/environment.cpp alone; snprintf into a buffer is no printing.
set -euo pipefail
root=${1:?usage: forbidden_calls.sh ROOT}

ending='(^|[^A-Za-z0-9_.>])(std::)?(abort|exit|_exit|_Exit|quick_exit|terminate)[[:space:]]*\('
printing='(^|[^A-Za-z0-9_])(printf|fprintf|vprintf|vfprintf|puts|fputs|putchar|perror)[[:space:]]*\(|std::(cout|cerr|clog)|[^A-Za-z0-9_](stdout|stderr)[^A-Za-z0-9_]'
environment='(^|[^A-Za-z0-9_])(secure_getenv|getenv|setenv|putenv|unsetenv)[[:space:]]*\('

failed=0
# Comments and string literals are taken out: sentences may say what the code must not do, and kernel text is not ours.
search() {
  local pattern=$1 what=$2 file found
  while read -r file; do
    [[ $what == *environment* && $file == "$root/hull/dispatch/environment.cpp" ]] && continue
    found=$(sed -E 's|//.*$||; s/"([^"\\]|\\.)*"/""/g' "$file" | grep -nE "$pattern") || continue
    sed "s|^|${file#"$root"/}:|; s|\$|    ($what)|" <<<"$found"
    failed=1
  done < <(find "$root"/{include,hull,cpu,opencl,cuda} -type f \( -name '*.cpp' -o -name '*.hpp' -o -name '*.inc' \))
}
search "$ending" "ends the process"
search "$printing" "prints"
search "$environment" "reads the environment"
exit $failed
