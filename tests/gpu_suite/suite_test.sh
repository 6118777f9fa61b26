#!/usr/bin/env bash
# tests/gpu_suite/suite_test.sh -- the suite runs without a GPU, and fails when a bit, a device or a program is wrong
# SPDX-License-Identifier: Apache-2.0
#
# Usage: suite_test.sh BUILD STAND_IN
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "$1" && pwd) stand_in=$(cd "$2" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  printf 'suite_test: %s\n' "$*" >&2
  cat "$work/out" >&2
  exit 1
}

# expect STATUS WHAT COMMAND...
expect() {
  local status=0 wanted=$1 what=$2
  shift 2
  "$@" >"$work/out" 2>&1 || status=$?
  [[ $status == "$wanted" ]] || fail "$what: exit status $status, expected $wanted"
}
holds() { grep -q -E -e "$2" "$1" || { cat "$1" >>"$work/out" && fail "$(basename "$1") lacks: $2"; }; }

# All of it, from a packed folder, which is where it runs on a GPU machine.
expect 0 "pack" "$here/pack" "$build" "$work/pack"
[[ $(du -sb "$work/pack" | cut -f 1) -lt 67108864 ]] || fail "the pack is too large to carry"
mkdir "$work/reports"
expect 0 "the suite on the stand-in" "$work/pack/run" --quick --stand-in "$stand_in" --report "$work/reports"
report=$(echo "$work"/reports/*.md)
holds "$report" '^\*\*Verdict: exact, and the same bits'
holds "$report" '^\| probe of cuda:0 \| passed'
holds "$report" '^\| recorded hashes on cuda:0 \| passed \| cuda:0: [1-9][0-9]+ equal, 0 different, 0 failed'
holds "$report" '^\| cuda_test \| passed \| [1-9][0-9]* passed, 0 failed'
holds "$report" '^\| trireme cuda:0 \| `sum\(x\)` .*\| yes \|$'
holds "$report" 'not on a GPU'

# Less from here on: what is left out is "not done", which is no failure.
rm "$work"/pack/bin/{*_test,device_benchmark}
awk '$1 == "exp/float32" { sub(/.$/, substr($2, 32) == "0" ? "1" : "0") } 1' "$work/pack/hashes.txt" >"$work/flipped"
expect 1 "one recorded digit changed" "$work/pack/run" --quick --stand-in "$stand_in" --hashes "$work/flipped" --report "$work/flipped.md"
holds "$work/flipped.md" '^\*\*Verdict: NOT the same bits.*recorded hashes on cuda:0'
holds "$work/flipped.md" '^DIFFERENT exp/float32: '
expect 1 "no device" env STAND_IN_CUINIT=100 "$work/pack/run" --quick --stand-in "$stand_in" --report "$work/none.md"
holds "$work/none.md" '^\| probe of cuda \| FAILED \| not usable: The CUDA driver found no device'
expect 1 "a launch that fails" env STAND_IN_LAUNCH_FAIL_AT=9 "$work/pack/run" --quick --stand-in "$stand_in" --report "$work/fault.md"
# The doctor launches too, when it measures the device, and may be the first to notice.
holds "$work/fault.md" '^\| (probe of|recorded hashes on) cuda:0 \| FAILED \| .*CUDA_ERROR_LAUNCH_FAILED'
if grep -q -w fma /proc/cpuinfo; then
  # A compiler that fuses products and sums against its orders. The dispatcher lets the CPU do the work of such a device,
  # so hashes would be equal: it must not pass for that.
  printf '#!/bin/sh\nexec c++ "$@" -ffp-contract=fast -fexpensive-optimizations -mfma\n' >"$work/contracting"
  chmod +x "$work/contracting"
  expect 1 "a device that contracts" env STAND_IN_COMPILER="$work/contracting" \
    "$work/pack/run" --quick --stand-in "$stand_in" --report "$work/contracts.md"
  holds "$work/contracts.md" '^\| probe of cuda:0 \| FAILED \| not exact: .*contracted'
  holds "$work/contracts.md" '^FAILED .*: ran on cpu: '
fi
expect 2 "an unknown option" "$work/pack/run" --fast
expect 2 "no build" "$here/run" "$work/reports"
echo "the suite passes and fails where it must"
