#!/usr/bin/env bash
# tests/sanitize.sh -- builds the library and its tests under a sanitizer and runs them; any report is a failure
# SPDX-License-Identifier: Apache-2.0
#
# usage: sanitize.sh ROOT BUILD [thread|address]
# thread is ThreadSanitizer, address (unless said otherwise) AddressSanitizer with leaks and undefined behaviour. The
# build is BUILD/sanitize-thread or BUILD/sanitize-address and is kept. The routines of the levels are not instrumented
# (cmake/library.cmake), so what they alone read or write is not watched. TRIREME_BUILD_JOBS: how many compilers at once.
# On the CPU only, since drivers are not instrumented either.
set -euo pipefail
(($# == 2 || $# == 3)) || { echo "usage: sanitize.sh ROOT BUILD [thread|address]" >&2; exit 2; }
root=$(cd "$1" && pwd)
kind=${3:-address}
mkdir -p "$2"
build=$(cd "$2" && pwd)/sanitize-$kind

case $kind in
  thread)
    flags=thread
    targets=(threads_test array_test conformance_test memory_test profile_test)
    programs=60
    ;;
  address)
    flags=address,undefined
    targets=(threads_test array_test program_test conformance_test expression_test memory_test profile_test fault_test cache_test record_hashes)
    programs=150
    ;;
  *)
    echo "sanitize.sh: expected thread or address, got '$kind'" >&2
    exit 2
    ;;
esac

# Not the sanitizers of the calling build, nor its options.
unset CFLAGS CXXFLAGS LDFLAGS
generator=()
command -v ninja >/dev/null && generator=(-G Ninja)
cmake -S "$root" -B "$build" "${generator[@]}" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DTRIREME_SANITIZE="$flags" \
  -DTRIREME_TESTS=ON -DTRIREME_BENCHMARKS=OFF -DTRIREME_EXAMPLES=OFF >"$build.log" 2>&1 ||
  { tail -n 30 "$build.log" >&2; exit 1; }
cmake --build "$build" --parallel "${TRIREME_BUILD_JOBS:-2}" --target "${targets[@]}" >>"$build.log" 2>&1 ||
  { tail -n 60 "$build.log" >&2; exit 1; }

# LeakSanitizer cannot attach where tracing is forbidden, as in some containers: tried on a program that leaks nothing.
leaks=1
if [[ $kind == address ]]; then
  printf 'int main() { return 0; }\n' >"$build/leaks.cpp"
  "${CXX:-c++}" -fsanitize=address "$build/leaks.cpp" -o "$build/leaks"
  ASAN_OPTIONS=detect_leaks=1 "$build/leaks" >/dev/null 2>&1 || { leaks=0; echo "no leak detection here"; }
fi
export ASAN_OPTIONS=detect_leaks=$leaks:detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=halt_on_error=0:exitcode=66:second_deadlock_stack=1
export OCL_ICD_VENDORS=$build/none TRIREME_PROGRAMS=$programs
unset TRIREME_DEVICE TRIREME_CPU_LEVEL TRIREME_LONG TRIREME_MEMORY_LIMIT TRIREME_PROFILE TRIREME_TRACE

failed=()
# run NAME COMMAND...: a failure is an exit status other than 0, or a report in the output.
run() {
  local name=$1 log=$build/$1.log
  shift
  local status=0
  "$@" >"$log" 2>&1 || status=$?
  if [[ $status == 0 ]] && ! grep -qE 'WARNING: ThreadSanitizer|ERROR: (Address|Leak)Sanitizer|runtime error:' "$log"; then
    echo "$name: clean"
    return
  fi
  failed+=("$name")
  echo "$name: exit status $status, $log"
  grep -E -m 20 -A 12 'ThreadSanitizer|AddressSanitizer|LeakSanitizer|runtime error:|Failure|terminate called' "$log" | head -n 120 || true
}

run threads_test "$build/bin/threads_test"
if [[ $kind == thread ]]; then
  # More threads than processors, so that they are interrupted anywhere.
  TRIREME_THREADS=4 run threads_test_4 "$build/bin/threads_test"
  # ThreadSanitizer starts no threads in the child of a process that has some.
  run memory_test "$build/bin/memory_test" --gtest_filter=-count.child_of_a_fork*
  run profile_test "$build/bin/profile_test"
  # Every program profiled, by threads that meet in the recorder.
  TRIREME_PROFILE=1 TRIREME_TRACE=$build/trace.json run threads_test_profiled "$build/bin/threads_test"
  run lazy "$build/bin/array_test" --gtest_filter='*lazy*:*reduce*:*view*'
  run conformance_test "$build/bin/conformance_test"
else
  run array_test "$build/bin/array_test"
  run memory_test "$build/bin/memory_test"
  run profile_test "$build/bin/profile_test"
  run fault_test "$build/bin/fault_test"
  run cache_test "$build/bin/cache_test"
  run program_test "$build/bin/program_test"
  run expression_test "$build/bin/expression_test"
  run conformance_test "$build/bin/conformance_test"
  run recorded "$build/bin/record_hashes" --every-level --quick --compare "$root/tests/recorded/hashes.txt"
fi
if ((${#failed[@]})); then
  echo "sanitize.sh $kind: ${failed[*]} failed"
  exit 1
fi
echo "sanitize.sh $kind: nothing reported"
