# cmake/setup.sh -- what quickstart and check share: packages, configuring, building; sourced by bash, not run
# SPDX-License-Identifier: Apache-2.0
#
# The caller has set -euo pipefail. Functions: say, fail, ensure_packages run|check|long, fetch_aarch64, configure,
# build TARGET...
# TRIREME_BUILD names another build folder than build/.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$(realpath -m "${TRIREME_BUILD:-$root/build}")

say() { printf '%s\n' "-- $*"; }
fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# What each job needs, one line per need: the job (run, check for the tests, long for ./check --long), a file or a
# command that shows that it is there, and the package in Debian or Ubuntu and in Fedora or RHEL (with EPEL).
needs() {
  cat <<'TABLE'
run    command:g++                        g++                 gcc-c++
run    command:cmake                      cmake               cmake
run    command:ninja                      ninja-build         ninja-build
run    header:xsimd/xsimd.hpp             libxsimd-dev        xsimd-devel
run    header:asmjit/x86.h              libasmjit-dev       asmjit-devel
run    header:tbb/tbb.h                   libtbb-dev          tbb-devel
run    header:CLI/CLI.hpp                 libcli11-dev        cli11-devel
run    header:nlohmann/json.hpp           nlohmann-json3-dev  json-devel
run    header:xxhash.h                    libxxhash-dev       xxhash-devel
run    header:zlib.h                      zlib1g-dev          zlib-devel
run    library:libOpenCL.so.1             ocl-icd-libopencl1  ocl-icd
run    vendor:pocl                        pocl-opencl-icd     pocl
check  header:gtest/gtest.h               libgtest-dev        gtest-devel
check  header:mpfr.h                      libmpfr-dev         mpfr-devel
check  header:benchmark/benchmark.h      libbenchmark-dev    google-benchmark-devel
check  header:sleef.h                     libsleef-dev        sleef-devel
check  command:qemu-x86_64                qemu-user           qemu-user
long   command:clang++                    clang               clang
long   fuzzer:clang++                     libclang-rt-dev     compiler-rt
check  command:pkg-config                 pkgconf             pkgconf-pkg-config
check  command:dpkg-shlibdeps             dpkg-dev            dpkg-dev
check  command:file                       file                file
check  command:aarch64-linux-gnu-g++      g++-aarch64-linux-gnu  gcc-c++-aarch64-linux-gnu
TABLE
}

# Without these the job cannot be built; the others (OpenCL at run time, qemu, ninja, tools of single tests) are only
# missed.
is_required() {
  case $1 in
    command:pkg-config | header:sleef.h | command:dpkg-shlibdeps | command:file | library:* | vendor:* | command:ninja | \
      command:qemu-x86_64 | command:aarch64-linux-gnu-g++) return 1 ;;
  esac
}

is_present() {
  local name=${1#*:} folder
  case $1 in
    command:*) command -v "$name" >/dev/null ;;
    header:*)
      # The compiler knows where headers are; before it is installed nothing is.
      command -v g++ >/dev/null && printf '#include <%s>\n' "$name" | g++ -std=c++20 -E -x c++ - >/dev/null 2>&1
      ;;
    library:*)
      for folder in /usr/lib /usr/lib64 /lib /lib64 "/usr/lib/$(uname -m)-linux-gnu"; do
        [[ -e $folder/$name ]] && return 0
      done
      return 1
      ;;
    fuzzer:*)
      printf 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }\n' |
        "$name" -fsanitize=fuzzer,address,undefined -x c++ - -o /dev/null >/dev/null 2>&1
      ;;
    vendor:*) compgen -G "/etc/OpenCL/vendors/*$name*.icd" >/dev/null ;;
  esac
}

# The column of the table for this distribution: 3 Debian, 4 Fedora, 0 another.
package_column() {
  local ID='' ID_LIKE=''
  # shellcheck disable=SC1091
  [[ -r /etc/os-release ]] && . /etc/os-release
  case " $ID $ID_LIKE " in
    *" debian "* | *" ubuntu "*) echo 3 ;;
    *" fedora "* | *" rhel "* | *" centos "*) echo 4 ;;
    *) echo 0 ;;
  esac
}

# Fills missing_required and missing_packages for the jobs given.
find_missing() {
  local column job probe debian fedora
  column=$(package_column)
  missing_required=() missing_packages=()
  while read -r job probe debian fedora; do
    [[ " $* " == *" $job "* ]] || continue
    is_present "$probe" && continue
    if [[ $column == 4 ]]; then missing_packages+=("$fedora"); else missing_packages+=("$debian"); fi
    if is_required "$probe"; then missing_required+=("${probe#*:}"); fi
  done < <(needs)
}

install_packages() {
  local -a as_root=()
  if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null || return 1
    as_root=(sudo -n)
  fi
  command -v apt-get >/dev/null || return 1
  say "installing by apt-get: $*"
  local -a install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends)
  # The lists of a fresh machine are empty or old, so they are fetched when the first attempt fails.
  "${as_root[@]}" "${install[@]}" "$@" >"$build/apt.log" 2>&1 && return 0
  "${as_root[@]}" apt-get update -q >>"$build/apt.log" 2>&1 || true
  "${as_root[@]}" "${install[@]}" "$@" >>"$build/apt.log" 2>&1 && return 0
  # One unknown name fails them all, so what can be had is taken one by one.
  local package status=0
  for package in "$@"; do
    "${as_root[@]}" "${install[@]}" "$package" >>"$build/apt.log" 2>&1 || status=1
  done
  return "$status"
}

# ensure_packages run|check|long: installs what is missing, or says what to install; fails if it cannot be done without.
ensure_packages() {
  local -a jobs=(run)
  [[ $1 == check || $1 == long ]] && jobs+=(check)
  [[ $1 == long ]] && jobs+=(long)
  mkdir -p "$build"
  find_missing "${jobs[@]}"
  [[ ${#missing_packages[@]} == 0 ]] && return 0
  if [[ $(package_column) == 3 ]]; then
    install_packages "${missing_packages[@]}" ||
      say "apt-get could not install them (not root, no network, or an unknown name; see $build/apt.log if it is there)"
    find_missing "${jobs[@]}"
    [[ ${#missing_packages[@]} == 0 ]] && return 0
  fi
  local hint="${missing_packages[*]}"
  case $(package_column) in
    3) hint="sudo apt-get install $hint" ;;
    4) hint="sudo dnf install $hint" ;;
    *) hint="the packages that Debian calls $hint" ;;
  esac
  [[ ${#missing_required[@]} == 0 ]] ||
    fail "missing: ${missing_required[*]}. Install them and run this again: $hint"
  say "going on without some optional packages; to have them: $hint"
}

# The libraries of tests/neon.sh, which skips itself where they are missing.
fetch_aarch64() {
  command -v aarch64-linux-gnu-g++ >/dev/null && [[ $(uname -m) == x86_64 ]] || return 0
  say "libraries for AArch64, for the tests of the level neon"
  local reason
  reason=$("$root/cmake/aarch64_sysroot.sh" "$build/aarch64/sysroot") || say "going on without them: $reason"
}

# As many jobs as processors that this process may use, and at most one per 1.5 GiB of free memory.
jobs_count() {
  local processors by_memory
  processors=$(nproc)
  by_memory=$(awk '/^MemAvailable:/ { print int($2 / 1572864) }' /proc/meminfo 2>/dev/null || true)
  [[ -n $by_memory && $by_memory -lt $processors ]] && processors=$by_memory
  [[ $processors -lt 1 ]] && processors=1
  echo "$processors"
}

# configure ON|OFF: with or without tests and benchmarks.
configure() {
  local -a options=(-S "$root" -B "$build" -DCMAKE_BUILD_TYPE="${TRIREME_BUILD_TYPE:-Release}" -DTRIREME_TESTS="$1"
    -DTRIREME_BENCHMARKS="$1")
  # A build folder keeps the generator that it was made with.
  if [[ ! -e $build/CMakeCache.txt ]] && command -v ninja >/dev/null; then options+=(-G Ninja); fi
  if command -v ccache >/dev/null; then options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  say "configuring ${build#"$root"/} ($(g++ -dumpfullversion), $(cmake --version | awk 'NR == 1 { print $3 }'))"
  cmake "${options[@]}" >"$build/configure.log" 2>&1 || {
    tail -n 30 "$build/configure.log" >&2
    fail "cmake failed; the whole log is $build/configure.log"
  }
}

# build TARGET...
build() {
  local parallel
  parallel=$(jobs_count)
  say "building $* with $parallel jobs"
  cmake --build "$build" --parallel "$parallel" --target "$@" >"$build/build.log" 2>&1 || {
    grep -E -A 12 'error|FAILED' "$build/build.log" | head -n 60 >&2 || tail -n 40 "$build/build.log" >&2
    fail "the build failed; the whole log is $build/build.log"
  }
}
