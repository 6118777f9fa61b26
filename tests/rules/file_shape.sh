#!/bin/bash
# tests/rules/file_shape.sh -- fails when a source file lacks its purpose or licence line, or is too long to read
# SPDX-License-Identifier: Apache-2.0
#
# usage: file_shape.sh ROOT
# First line: path, two dashes, purpose (scripts: after #!). Second: the licence. At most 600 lines, unless generated
# (*golden.inc, expressions.inc).
set -euo pipefail
root=${1:?usage: file_shape.sh ROOT}

failed=0
complain() {
  echo "$1"
  failed=1
}
cd "$root"
while read -r file; do
  file=${file#./}
  first=$(head -n 2 "$file" | grep -v '^#!' | head -n 1 || true)
  case $file in
    *.cpp | *.hpp | *.inc | *.def) mark='//' ;;
    *) mark='#' ;;
  esac
  [[ $first == "$mark $file -- "?* ]] || complain "$file: the first line is not \"$mark $file -- purpose\" but \"${first:0:80}\""
  head -n 4 "$file" | grep -q -x "$mark SPDX-License-Identifier: Apache-2.0" || complain "$file: no line of its own for the licence at the top"
  case $file in
    *golden.inc | *expressions.inc) continue ;;
  esac
  lines=$(wc -l <"$file")
  ((lines <= 600)) || complain "$file: $lines lines; split it at a seam"
done < <(find ./include ./hull ./cpu ./opencl ./cuda ./tools ./tests ./benchmarks ./examples ./cmake -type f \
  \( -name '*.cpp' -o -name '*.hpp' -o -name '*.inc' -o -name '*.def' -o -name '*.sh' -o -name '*.cmake' -o -name 'CMakeLists.txt' \) | sort)
exit $failed
