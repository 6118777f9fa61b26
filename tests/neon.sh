#!/usr/bin/env bash
# tests/neon.sh -- builds for AArch64 and runs tests under qemu: the level neon gives the recorded bits
# SPDX-License-Identifier: Apache-2.0
#
# usage: neon.sh ROOT BUILD [long]
# Everything is in BUILD/aarch64 and is kept. `long` builds more tests and leaves fewer of their cases out. Exit status
# 77 with the reason where the compiler, qemu or the libraries are missing.
# TRIREME_BUILD_JOBS: how many compilers at once.
set -euo pipefail
(($# == 2 || $# == 3)) || { echo "usage: neon.sh ROOT BUILD [long]" >&2; exit 2; }
root=$(cd "$1" && pwd)
mkdir -p "$2/aarch64"
folder=$(cd "$2/aarch64" && pwd)
build=$folder/build sysroot=$folder/sysroot
kind=${3:-quick}

skip() {
  echo "neon.sh: skipped: $*"
  exit 77
}

# Not what the calling build or test run was asked for.
unset CFLAGS CXXFLAGS LDFLAGS TRIREME_LONG TRIREME_DEVICE TRIREME_CPU_LEVEL TRIREME_SEED TRIREME_FIRST
command -v aarch64-linux-gnu-g++ >/dev/null || skip "no compiler for AArch64; Debian: g++-aarch64-linux-gnu"
command -v qemu-aarch64 >/dev/null || skip "no qemu-aarch64; Debian: qemu-user"
qemu=(qemu-aarch64 -L /usr/aarch64-linux-gnu -E "LD_LIBRARY_PATH=$sysroot/usr/lib/aarch64-linux-gnu")
echo 'int main() { return 42; }' >"$folder/runs.cpp"
status=0
aarch64-linux-gnu-g++ "$folder/runs.cpp" -o "$folder/runs" >"$folder/runs.log" 2>&1 &&
  "${qemu[@]}" "$folder/runs" >>"$folder/runs.log" 2>&1 || status=$?
[[ $status == 42 ]] || skip "a program for AArch64 cannot be built and run here: $(tail -n 1 "$folder/runs.log")"
reason=$("$root/cmake/aarch64_sysroot.sh" "$sysroot") || skip "$reason"

targets=(trireme lanes_test math_test program_test array_test environment_test conformance_test record_hashes)
[[ $kind == long ]] && targets+=(threads_test)
log=$folder/build.log
generator=()
[[ ! -e $build/CMakeCache.txt ]] && command -v ninja >/dev/null && generator=(-G Ninja)
cmake -S "$root" -B "$build" "${generator[@]}" -DCMAKE_BUILD_TYPE=Release -DTRIREME_SYSROOT="$sysroot" \
  -DCMAKE_TOOLCHAIN_FILE="$root/cmake/aarch64.cmake" -DTRIREME_TESTS=ON -DTRIREME_BENCHMARKS=OFF \
  -DTRIREME_EXAMPLES=OFF >"$log" 2>&1 || { tail -n 30 "$log"; exit 1; }
cmake --build "$build" --parallel "${TRIREME_BUILD_JOBS:-2}" --target "${targets[@]}" >>"$log" 2>&1 ||
  { grep -E -A 12 'error|FAILED' "$log" | head -n 60 || tail -n 60 "$log"; exit 1; }

export OCL_ICD_VENDORS=$folder/none
failed=()
# run NAME EXPECTED COMMAND...: the command must succeed and say EXPECTED, since a filter that fits nothing succeeds, too.
run() {
  local name=$1 expected=$2 status=0
  shift 2
  "${qemu[@]}" "$@" >"$folder/$name.log" 2>&1 || status=$?
  if [[ $status == 0 ]] && grep -E "$expected" "$folder/$name.log" | sed "s/^/$name: /"; then return; fi
  failed+=("$name")
  echo "$name: exit status $status, $folder/$name.log"
  grep -E -m 20 -A 12 'Failure|differ|terminate called|qemu:|rror' "$folder/$name.log" | head -n 120 || true
}
# test_program NAME [QUICK-FILTER [LONG-FILTER]]: a program of GoogleTest.
test_program() {
  local filter=${2:-*}
  [[ $kind == long ]] && filter=${3:-*}
  run "$1" '^\[  PASSED  \] [1-9]' "$build/bin/$1" --gtest_filter="$filter"
}

test_program lanes_test
# The bits of every function are among the recorded ones; the sweeps against references take minutes here.
test_program math_test '-Functions/*'
test_program program_test
rows=elementwise/TableRow
test_program array_test "$rows.special_values*:$rows.views*:cast.*:error.*:roll.*:views.*:reduce.every_choice*:reduce.run_*"
# Not the forks: qemu's own state is no safer in a child of several threads than others' is.
test_program environment_test 'float_state.f*' 'float_state.*'
if [[ $kind == long ]]; then
  test_program threads_test
  TRIREME_PROGRAMS=1000 test_program conformance_test
  run recorded_one_thread '^cpu neon: [1-9][0-9]* equal, 0 different, 0 failed' "$build/bin/record_hashes" --threads 1 \
    --compare "$root/tests/recorded/hashes.txt"
else
  TRIREME_PROGRAMS=100 test_program conformance_test
fi
run recorded '^cpu neon: [1-9][0-9]* equal, 0 different, 0 failed' "$build/bin/record_hashes" \
  --compare "$root/tests/recorded/hashes.txt"

# A level of another processor is refused, and the message lists what there is.
message=$(TRIREME_CPU_LEVEL=avx2 "${qemu[@]}" "$build/bin/record_hashes" --quick 2>&1) && status=0 || status=$?
if [[ $status == 0 || $message != *"TRIREME_CPU_LEVEL: there is no level 'avx2' here; levels: neon" ]]; then
  failed+=(refused_level)
  echo "refused_level: exit status $status, said: $message"
fi
mapfile -t objects < <(find "$build" -name 'level_*neon.cpp.o' -path '*trireme_level_neon*')
NM=aarch64-linux-gnu-nm "$root/tests/rules/level_objects.sh" neon "${objects[@]}" || failed+=(level_objects)
"$root/tests/rules/library_symbols.sh" "$build/lib/libtrireme.so" || failed+=(library_symbols)

if ((${#failed[@]})); then
  echo "neon.sh: ${failed[*]} failed"
  exit 1
fi
echo "neon.sh: all passed"
