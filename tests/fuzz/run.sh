#!/usr/bin/env bash
# tests/fuzz/run.sh -- builds a fuzz target with clang, libFuzzer and sanitizers, and runs it from its corpus
# SPDX-License-Identifier: Apache-2.0
#
# usage: run.sh ROOT BUILD npy|expression
# TRIREME_FUZZ_SECONDS: how long it runs (180). The build is BUILD/fuzz and is kept; so is what the fuzzer adds to the
# corpus, in BUILD/fuzz/corpus-NAME. A failing input is written to BUILD/fuzz/crashes and named. Exit status 77: no
# clang with libFuzzer here. TRIREME_BUILD_JOBS: how many compilers at once.
set -euo pipefail
(($# == 3)) || { echo "usage: run.sh ROOT BUILD npy|expression" >&2; exit 2; }
root=$(cd "$1" && pwd)
mkdir -p "$2/fuzz"
build=$(cd "$2/fuzz" && pwd)
name=$3
[[ -d $root/tests/fuzz/corpus/$name ]] || { echo "run.sh: expected npy or expression, got '$name'" >&2; exit 2; }
seconds=${TRIREME_FUZZ_SECONDS:-180}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "TRIREME_FUZZ_SECONDS: expected a number of seconds, got '$seconds'" >&2; exit 2; }

unset CFLAGS CXXFLAGS LDFLAGS
compiler=
printf '#include <cstddef>\n#include <cstdint>\nextern "C" int LLVMFuzzerTestOneInput(const std::uint8_t*, std::size_t) { return 0; }\n' \
  >"$build/probe.cpp"
for candidate in clang++ clang++-{20,19,18,17,16,15,14}; do
  command -v "$candidate" >/dev/null || continue
  "$candidate" -std=c++20 -fsanitize=fuzzer,address,undefined "$build/probe.cpp" -o "$build/probe" >/dev/null 2>&1 || continue
  compiler=$candidate
  break
done
[[ -n $compiler ]] || { echo "skipped: no clang++ with libFuzzer and sanitizers (Debian: clang-14 libclang-rt-14-dev)"; exit 77; }

compiler=$(command -v "$compiler")
# A build folder keeps the compiler and the generator that it was made with.
grep -qx "CMAKE_CXX_COMPILER:[A-Z]*=$compiler" "$build/CMakeCache.txt" 2>/dev/null || rm -rf "$build"/CMakeCache.txt "$build/CMakeFiles"
generator=()
[[ ! -e $build/CMakeCache.txt ]] && command -v ninja >/dev/null && generator=(-G Ninja)
cmake -S "$root" -B "$build" "${generator[@]}" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_COMPILER="$compiler" \
  -DTRIREME_FUZZ=ON -DTRIREME_SANITIZE=fuzzer-no-link,address,undefined -DTRIREME_TESTS=ON -DTRIREME_BENCHMARKS=OFF \
  -DTRIREME_EXAMPLES=OFF >"$build/build.log" 2>&1 || { tail -n 30 "$build/build.log" >&2; exit 1; }
cmake --build "$build" --parallel "${TRIREME_BUILD_JOBS:-2}" --target "${name}_fuzz" >>"$build/build.log" 2>&1 ||
  { tail -n 60 "$build/build.log" >&2; exit 1; }

# Large allocations fail as they would on a machine without the memory. Leaks are looked for where tracing is allowed.
leaks=1
ASAN_OPTIONS=detect_leaks=1 "$build/probe" -runs=1 >/dev/null 2>&1 || { leaks=0; echo "no leak detection here"; }
export ASAN_OPTIONS=detect_leaks=$leaks:allocator_may_return_null=1:max_allocation_size_mb=256:detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export OCL_ICD_VENDORS=$build/none TRIREME_DEVICE=cpu
unset TRIREME_CPU_LEVEL

mkdir -p "$build/corpus-$name" "$build/crashes"
log=$build/$name.log
length=2048
[[ $name == npy ]] && length=4096
status=0
"$build/bin/${name}_fuzz" -max_total_time="$seconds" -max_len=$length -timeout=60 -rss_limit_mb=4096 -detect_leaks=$leaks \
  -print_final_stats=1 -dict="$root/tests/fuzz/$name.dict" -artifact_prefix="$build/crashes/$name-" \
  "$build/corpus-$name" "$root/tests/fuzz/corpus/$name" >"$log" 2>&1 || status=$?

runs=$(awk '/^stat::number_of_executed_units:/ { print $2 }' "$log")
seeds=$(find "$root/tests/fuzz/corpus/$name" -type f | wc -l)
if [[ $status != 0 ]] || grep -qE 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$log"; then
  grep -E -m 20 -A 25 'the property does not hold|Sanitizer|runtime error:|libFuzzer: ' "$log" | head -n 120 || true
  echo "fuzz $name: exit status $status after ${runs:-?} inputs; the whole log is $log"
  grep 'Test unit written to' "$log" || true
  echo "to repeat it: $build/bin/${name}_fuzz FILE"
  exit 1
fi
# Every seed is run once; a fuzzer that does no more has not fuzzed.
if [[ -z $runs || $seeds == 0 ]] || ((runs <= seeds)); then
  echo "fuzz $name: ${runs:-no} inputs for $seeds seeds, see $log"
  exit 1
fi
echo "fuzz $name: $runs inputs in $seconds s from $seeds seeds, nothing found"
