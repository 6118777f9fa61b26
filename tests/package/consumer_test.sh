#!/usr/bin/env bash
# tests/package/consumer_test.sh -- builds and runs a user's project against Trireme as users get it
# SPDX-License-Identifier: Apache-2.0
#
# usage: consumer_test.sh KIND ROOT BUILD COMPILER GENERATOR
# KIND   install       an install below a prefix that was moved afterwards: find_package, pkg-config, the command
#        build_tree    find_package and pkg-config from the build folder
#        version       find_package refuses versions that this one does not serve
#        portable      the archive of the portable release, with the system's oneTBB hidden
#        debian        the .deb packages, unpacked and, as root, installed by dpkg
#        subdirectory  add_subdirectory of the sources (compiles everything)
# Exit status 77: a tool is missing; says which.
set -euo pipefail
(($# == 5)) || { echo "usage: consumer_test.sh KIND ROOT BUILD COMPILER GENERATOR" >&2; exit 2; }
kind=$1 root=$2 build=$3 compiler=$4 generator=$5
package=$root/tests/package
scratch=$build/package_test/$kind
rm -rf "$scratch"
mkdir -p "$scratch"
# Nothing of the caller's may help.
unset LD_LIBRARY_PATH PKG_CONFIG_PATH CMAKE_PREFIX_PATH trireme_DIR trireme_ROOT TRIREME_DEVICE CXXFLAGS LDFLAGS
export TRIREME_THREADS=2

fail() {
  echo "consumer_test.sh $kind: $*" >&2
  exit 1
}
skip() {
  echo "skipped: $*"
  exit 77
}
# quietly LOG COMMAND...: the output is shown only if the command fails.
quietly() {
  local log=$scratch/$1.log
  shift
  "$@" >"$log" 2>&1 || { cat "$log" >&2; fail "failed: $*"; }
}
# expect_programs FOLDER [ENVIRONMENT=...]: the consumer and the README's example, built in FOLDER, do what they should.
expect_programs() {
  local folder=$1 output
  shift
  output=$(env "$@" "$folder/consumer") || fail "the consumer failed: $output"
  [[ $output == "consumer: as expected" ]] || fail "the consumer printed: $output"
  output=$(env "$@" "$folder/first") || fail "the README's example failed: $output"
  grep -q '^cpu: 0.68269' <<<"$output" || fail "the README's example printed: $output"
}
# with_cmake FOLDER OPTIONS...: builds the consumer by CMake.
with_cmake() {
  local folder=$scratch/$1
  shift
  quietly configure cmake -S "$package" -B "$folder" -G "$generator" -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_BUILD_TYPE=Release "$@"
  quietly build cmake --build "$folder"
}
# with_pkg_config FOLDER PC_FOLDER LIBRARY_FOLDER: builds it by the compiler alone, with what pkg-config says.
with_pkg_config() {
  local folder=$scratch/$1 flags program
  export PKG_CONFIG_PATH=$2
  command -v pkg-config >/dev/null || { echo "no pkg-config here: that part is left out"; return 0; }
  mkdir -p "$folder"
  pkg-config --exists --print-errors trireme || fail "pkg-config does not find trireme in $2"
  [[ $(pkg-config --print-requires --print-requires-private trireme) == "" ]] || fail "trireme.pc requires other packages"
  read -r -a flags < <(pkg-config --cflags --libs trireme)
  for program in "$package/consumer.cpp" "$root/examples/first/first.cpp"; do
    quietly compile "$compiler" -std=c++20 -O1 "$program" -o "$folder/$(basename "$program" .cpp)" "${flags[@]}"
  done
  expect_programs "$folder" LD_LIBRARY_PATH="$3"
}
# expect_no_traces PREFIX: no path of this build in the files that users read.
expect_no_traces() {
  local traces
  traces=$(grep -rlF -e "$root" -e "$build" "$1" --include='*.cmake' --include='*.pc' --include='*.hpp' --include='*.def' || true)
  [[ -z $traces ]] || fail "these name the folders that they were built in: $traces"
}
# library_folder PREFIX: where libtrireme.so lies.
library_folder() { dirname "$(find "$1" -name libtrireme.so -print -quit)"; }

case $kind in
  install)
    quietly install cmake --install "$build" --prefix "$scratch/first prefix"
    mv "$scratch/first prefix" "$scratch/moved"
    libraries=$(library_folder "$scratch/moved")
    expect_no_traces "$scratch/moved"
    with_cmake by_cmake -DCMAKE_PREFIX_PATH="$scratch/moved"
    expect_programs "$scratch/by_cmake"
    with_pkg_config by_pkg_config "$libraries/pkgconfig" "$libraries"
    [[ $("$scratch/moved/bin/trireme" eval '2 * 21') == 42 ]] || fail "the installed command does not compute"
    ;;
  build_tree)
    with_cmake by_cmake -Dtrireme_DIR="$build"
    expect_programs "$scratch/by_cmake"
    with_pkg_config by_pkg_config "$build" "$build/lib"
    ;;
  version)
    # 0.x promises compatibility within a minor version only, as the library's name does.
    version=$(sed -nE 's/^Version: //p' "$build/trireme.pc")
    IFS=. read -r major minor patch <<<"$version"
    for wanted in "$version" "$major.$minor" "$major.$minor.0"; do
      quietly "take-$wanted" cmake -S "$package" -B "$scratch/$wanted" -G "$generator" -DCMAKE_CXX_COMPILER="$compiler" \
        -Dtrireme_DIR="$build" -DWANTED_VERSION="$wanted"
    done
    refused=("$major.$minor.$((patch + 1))" "$major.$((minor + 1))" "$((major + 1)).0")
    ((minor == 0)) || refused+=("$major.$((minor - 1))")
    for wanted in "${refused[@]}"; do
      log=$scratch/refuse-$wanted.log
      if cmake -S "$package" -B "$scratch/$wanted" -G "$generator" -DCMAKE_CXX_COMPILER="$compiler" \
        -Dtrireme_DIR="$build" -DWANTED_VERSION="$wanted" >"$log" 2>&1; then
        fail "find_package took $version for $wanted"
      fi
      grep -q "compatible with requested version" "$log" || { cat "$log" >&2; fail "$wanted failed for another reason"; }
    done
    ;;
  portable)
    quietly install cmake --build "$build" --target portable
    mkdir "$scratch/unpacked"
    tar xzf "$build"/trireme-*-linux-*.tar.gz -C "$scratch/unpacked"
    prefix=$(echo "$scratch"/unpacked/trireme-*)
    expect_no_traces "$prefix"
    # An auditor of the loader refuses every libtbb that is not below the prefix. That it does shows in the ordinary
    # library, which then cannot be loaded.
    hide=$scratch/hide_tbb.so
    quietly hide "$compiler" -shared -fPIC -O1 -DALLOWED="\"$prefix/\"" "$package/hide_tbb.cpp" -o "$hide"
    with_cmake ordinary -Dtrireme_DIR="$build"
    if LD_AUDIT=$hide "$scratch/ordinary/consumer" >"$scratch/ordinary.log" 2>&1; then
      fail "the system's oneTBB is not hidden"
    fi
    grep -q libtbb "$scratch/ordinary.log" || fail "the ordinary library failed for another reason: $(cat "$scratch/ordinary.log")"
    with_cmake by_cmake -DCMAKE_PREFIX_PATH="$prefix"
    expect_programs "$scratch/by_cmake" LD_AUDIT="$hide"
    with_pkg_config by_pkg_config "$prefix/lib/pkgconfig" "$prefix/lib"
    [[ $(LD_AUDIT=$hide "$prefix/bin/trireme" eval '2 * 21') == 42 ]] || fail "the portable command does not compute"
    quietly doctor env LD_AUDIT="$hide" "$prefix/bin/trireme" doctor
    grep -q '^bit agreement: yes' "$scratch/doctor.log" || { cat "$scratch/doctor.log"; fail "no bit agreement"; }
    ;;
  debian)
    for tool in cpack dpkg-deb dpkg-shlibdeps file; do
      command -v "$tool" >/dev/null || skip "$tool is missing"
    done
    # shellcheck source=tests/package/debian_check.sh
    . "$package/debian_check.sh"
    ;;
  subdirectory)
    with_cmake by_cmake -DTRIREME_ROOT="$root"
    expect_programs "$scratch/by_cmake"
    ;;
  *) fail "there is no such kind" ;;
esac
echo "consumer_test.sh $kind: as expected"
