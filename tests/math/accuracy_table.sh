#!/bin/bash
# tests/math/accuracy_table.sh -- writes the table of measured errors into docs/numerics.md, or checks the one that is there
# SPDX-License-Identifier: Apache-2.0
#
# usage: accuracy_table.sh ROOT write BUILD    from BUILD/accuracy, which math_test leaves (after ./check --long: the full one)
#        accuracy_table.sh ROOT check          fails if a function of functions.def has no line, a line is of no function, or
#                                              a line says more than the bound that the tests hold it to
set -euo pipefail
root=${1:?usage: accuracy_table.sh ROOT write BUILD | ROOT check} action=${2:?write or check}
page=$root/docs/numerics.md
begin='<!-- measured errors: begin -->' end='<!-- measured errors: end -->'

# name bound_f32 bound_f64
functions() {
  sed -nE 's/^(UNARY|BINARY)\(([a-z0-9_]+), [^,]+, [^,]+, ([0-9.]+), ([0-9.]+).*/\2 \3 \4/p' "$root/tests/math/functions.def"
  sed -nE 's/^SPECIAL\(([a-z0-9_]+), ([0-9.]+), ([0-9.]+)\)/\1 \2 \3/p' "$root/tests/math/special_functions.def"
}

row() {  # NAME FOLDER
  local cells='' type name worst a b mean misrounded count
  for type in f32 f64; do
    read -r name _ worst a b mean misrounded count <"$2/$1.$type"
    [[ $a == "$b" ]] && b='' || b=", $b"
    cells+=" | $worst | \`$a$b\` | $mean | $misrounded | $(printf '%.1e' "$count")"
  done
  printf '| %s%s |\n' "$name" "$cells"
}

if [[ $action == write ]]; then
  folder=${3:?the build folder}/accuracy
  table=$(
    echo '| | f32: worst | at | mean | misrounded, % | inputs | f64: worst | at | mean | misrounded, % | inputs |'
    echo '|---|---|---|---|---|---|---|---|---|---|---|'
    while read -r name _; do row "$name" "$folder"; done < <(functions)
  )
  awk -v begin="$begin" -v end="$end" -v table="$table" '
    $0 == begin { print; print table; skipping = 1 }
    $0 == end { skipping = 0 }
    !skipping { print }' "$page" >"$page.new"
  mv "$page.new" "$page"
  exit 0
fi

failed=0
lines=$(awk -v begin="$begin" -v end="$end" '$0 == begin { inside = 1; next } $0 == end { inside = 0 } inside' "$page" | tail -n +3)
[[ -n $lines ]] || { echo "docs/numerics.md: has no table between '$begin' and '$end'"; exit 1; }
while read -r name bound_f32 bound_f64; do
  line=$(grep -E "^\| $name \|" <<<"$lines") || { echo "docs/numerics.md: the table has no line of $name"; failed=1; continue; }
  IFS='|' read -r _ _ worst_f32 _ _ _ _ worst_f64 _ <<<"$line"
  awk -v a="$worst_f32" -v b="$bound_f32" -v c="$worst_f64" -v d="$bound_f64" 'BEGIN { exit !(a > 0 && a <= b && c > 0 && c <= d) }' ||
    { echo "docs/numerics.md: $name errs by$worst_f32(f32) and$worst_f64(f64), and the tests allow $bound_f32 and $bound_f64"; failed=1; }
done < <(functions)
while IFS='|' read -r _ name _; do
  name=${name// /}
  functions | grep "^$name " >/dev/null || { echo "docs/numerics.md: the table has a line of '$name', and functions.def has not"; failed=1; }
done <<<"$lines"
exit $failed
