# tests/package/debian_check.sh -- builds the .deb packages, reads their fields, installs them; sourced by consumer_test.sh
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154

version=$(sed -nE 's/^Version: //p' "$build/trireme.pc")
IFS=. read -r major minor _ <<<"$version"
runtime=libtrireme$major.$minor
quietly cpack cpack -G DEB --config "$build/CPackConfig.cmake" -B "$scratch/packages"
declare -A file=()
for path in "$scratch"/packages/*.deb; do
  file[$(dpkg-deb -f "$path" Package)]=$path
done
[[ $(printf '%s\n' "${!file[@]}" | sort | xargs) == "libtrireme-dev $runtime trireme-tools" ]] ||
  fail "expected $runtime, libtrireme-dev and trireme-tools, got ${!file[*]}"

# expect_field PACKAGE FIELD PATTERN
expect_field() {
  local value
  value=$(dpkg-deb -f "${file[$1]}" "$2")
  [[ $value =~ $3 ]] || fail "$1: expected a field $2 that matches '$3', got '$value'"
}
declare -A listing=()
for name in "${!file[@]}"; do
  listing[$name]=$(dpkg-deb -c "${file[$name]}")
  expect_field "$name" Maintainer '^[^<]+ <[^@ ]+@[^@ ]+>$'
  expect_field "$name" Version "^$version-[0-9]+\$"
  expect_field "$name" Architecture "^$(dpkg --print-architecture)\$"
  expect_field "$name" Description $'^[a-z][^\n]{10,70}\n .*\n \\.\n This package holds'
  for document in copyright changelog.Debian.gz; do
    grep -q "/usr/share/doc/$name/$document\$" <<<"${listing[$name]}" || fail "$name has no $document"
  done
done
expect_field "$runtime" Section '^libs$'
expect_field "$runtime" Depends 'libc6 \(>= .*libstdc\+\+6 \(>= .*libtbb12'
expect_field libtrireme-dev Section '^libdevel$'
expect_field libtrireme-dev Depends "^$runtime \\(= $version-[0-9]+\\)\$"
expect_field trireme-tools Section '^math$'
expect_field trireme-tools Depends "libstdc\\+\\+6.*$runtime \\(= $version-[0-9]+\\)|$runtime \\(= $version-[0-9]+\\).*libstdc\\+\\+6"

# Programs need the versioned name only; the other one, by which they are linked, is for developers.
grep -qE "/libtrireme\\.so\\.$major\\.$minor ->" <<<"${listing[$runtime]}" || fail "$runtime has no libtrireme.so.$major.$minor"
if grep -E '/libtrireme\.so ->|/include/' <<<"${listing[$runtime]}"; then fail "$runtime has files for developers"; fi
dpkg-deb -e "${file[$runtime]}" "$scratch/control"
grep -q "^libtrireme $major.$minor $runtime" "$scratch/control/shlibs" || fail "$runtime has no shlibs"
grep -q ldconfig "$scratch/control/triggers" || fail "$runtime does not trigger ldconfig"

target=$scratch/root
mkdir -p "$target"/var/lib/dpkg/{info,updates}
touch "$target/var/lib/dpkg/status"
if [[ $(id -u) == 0 ]]; then
  # The new root is empty, so what the packages depend on is not there: it comes from the machine.
  # Its scripts run outside of it, so the ldconfig that they call is one that only takes note.
  mkdir "$scratch/stubs"
  printf '#!/bin/sh\ntouch "%s/ldconfig.called"\n' "$scratch" >"$scratch/stubs/ldconfig"
  chmod +x "$scratch/stubs/ldconfig"
  quietly dpkg env PATH="$scratch/stubs:$PATH" dpkg --root="$target" --force-depends --force-script-chrootless --log=/dev/null -i "${file[@]}"
  [[ $(dpkg-query --admindir="$target/var/lib/dpkg" -f '${db:Status-Status}\n' -W | sort -u) == installed ]] ||
    fail "dpkg did not install the packages: $(cat "$scratch/dpkg.log")"
  [[ -e $scratch/ldconfig.called ]] || fail "installing did not refresh the loader's cache"
else
  for path in "${file[@]}"; do dpkg-deb -x "$path" "$target"; done
fi
expect_no_traces "$target"
libraries=$(library_folder "$target")
with_cmake by_cmake -DCMAKE_PREFIX_PATH="$target/usr"
expect_programs "$scratch/by_cmake"
with_pkg_config by_pkg_config "$libraries/pkgconfig" "$libraries"
if readelf -d "$target/usr/bin/trireme" | grep -E 'RPATH|RUNPATH'; then fail "the packaged command has a search path of its own"; fi
[[ $(LD_LIBRARY_PATH=$libraries "$target/usr/bin/trireme" eval '2 * 21') == 42 ]] || fail "the packaged command does not compute"
