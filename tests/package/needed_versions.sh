#!/usr/bin/env bash
# tests/package/needed_versions.sh -- fails when a file of the portable release needs more than its oldest system has
# SPDX-License-Identifier: Apache-2.0
#
# usage: needed_versions.sh FILE...
# RHEL 9 has the C library 2.34, libgcc_s of GCC 11 and, for the bundled oneTBB only, libstdc++ of GCC 11
# (GLIBCXX_3.4.29, CXXABI_1.3.13). Trireme's own files must not need libstdc++ at all. A release is built on Debian 12
# or older: where the C library is newer than 2.36, what is found is reported as skipped, 77.
set -euo pipefail
(($# > 0)) || { echo "usage: needed_versions.sh FILE..." >&2; exit 2; }

is_above() { [[ $1 != "$2" && $(printf '%s\n' "$1" "$2" | sort -V | tail -n 1) == "$1" ]]; }

failed=0
for file in "$@"; do
  [[ -r $file ]] || { echo "$file: not there"; exit 2; }
  name=$(basename "$file")
  symbols=$(objdump -T "$file" | sed -nE 's/.*\*UND\*.*\((GLIBC|GLIBCXX|CXXABI|GCC)_([A-Z_0-9.]+)\) +(.*)/\1 \2 \3/p')
  grep -q '^GLIBC ' <<<"$symbols" || { echo "$name: no symbol of the C library found; objdump prints something else here"; exit 1; }
  while read -r library version symbol; do
    case $library in
      GLIBC) limit=2.34 ;;
      GLIBCXX) limit=3.4.29 ;;
      CXXABI) limit=1.3.13 ;;
      GCC) limit=11.0 ;;
      *) continue ;;
    esac
    if is_above "$version" "$limit"; then
      echo "$name: $symbol needs ${library}_$version, the limit is ${library}_$limit"
      failed=1
    fi
  done <<<"$symbols"
  # Versions without a symbol (GLIBC_ABI_DT_RELR) are needed just as well.
  if readelf -V "$file" | grep -oE 'Name: GLIBC_ABI_[A-Z_]+' | sort -u; then
    echo "$name: needs the above, which the C library 2.34 has not"
    failed=1
  fi
  allowed='^(libc|libm|libgcc_s|libtbb|libtrireme|ld-linux-[a-z0-9_-]+)\.so\.'
  [[ $name == libtbb* ]] && allowed='^(libc|libm|libstdc\+\+|libgcc_s|ld-linux-[a-z0-9_-]+)\.so\.'
  others=$(readelf -d "$file" | sed -nE 's/.*\(NEEDED\).*\[(.*)\].*/\1/p' | grep -vE "$allowed" || true)
  if [[ -n $others ]]; then
    echo "$name: needs $(xargs <<<"$others"), which the release does not bring"
    failed=1
  fi
done
here=$(getconf GNU_LIBC_VERSION | sed 's/.* //')
if ((failed)) && is_above "$here" 2.36; then
  echo "skipped: this machine's C library is $here; the portable release is built on Debian 12 or older"
  exit 77
fi
exit $failed
