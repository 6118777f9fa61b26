#!/bin/bash
# tests/rules/library_symbols.sh -- fails when libtrireme exports what is not trireme's or is linked to a driver
# SPDX-License-Identifier: Apache-2.0
#
# usage: library_symbols.sh LIBRARY [SONAME]
set -euo pipefail
library=${1:?usage: library_symbols.sh LIBRARY [SONAME]}
[[ -r $library ]] || { echo "$library: not there"; exit 2; }

failed=0
public=$(nm -D --defined-only -C "$library" | grep -cE ' [TW] trireme::(array::|sum\(|linspace\()') || true
if ((public == 0)); then
  echo "nothing public is exported; the rest of this rule would hold for an empty file"
  failed=1
fi
unique=$(nm -D --defined-only -C "$library" | awk '$2 == "u"' | cut -c1-160)
if [[ -n $unique ]]; then
  echo "unique in the process, so shared with whatever else defines them:"
  sed 's/^/  /' <<<"$unique"
  failed=1
fi
foreign=$(nm -D --defined-only -C "$library" | sed -E 's/^[0-9a-f]* *[A-Za-z] //' |
  grep -vE '^((typeinfo|typeinfo name|vtable|VTT|guard variable) for )?trireme::' | grep -vE '^TRIREME_[0-9.]+$|^trireme_' | cut -c1-160) || true
if [[ -n $foreign ]]; then
  echo "exported, but not trireme's:"
  sed 's/^/  /' <<<"$foreign"
  failed=1
fi
# Folders behind the public headers are nobody's business.
inside=$(nm -D --defined-only -C "$library" | grep -E ' trireme::(dispatch|program|math|cpu|opencl|cuda|build)::' | cut -c1-160) || true
if [[ -n $inside ]]; then
  echo "exported, but internal:"
  sed 's/^/  /' <<<"$inside"
  failed=1
fi
needed=$(readelf -d "$library" | sed -nE 's/.*\(NEEDED\).*\[(.*)\].*/\1/p')
if grep -E '^lib(cuda|nvrtc|nvidia|OpenCL|LLVM|cublas|cufft|cusolver|openblas)' <<<"$needed"; then
  echo "the libraries above are needed at start; they must be opened at run time"
  failed=1
fi
if readelf -d "$library" | grep -E '\((RPATH|TEXTREL)\)'; then
  echo "the entries above do not belong into a library that moves between machines"
  failed=1
fi
soname=$(readelf -d "$library" | sed -nE 's/.*\(SONAME\).*\[(.*)\].*/\1/p')
if [[ $soname != "${2:-$soname}" || -z $soname ]]; then
  echo "the SONAME is '$soname', expected '${2:-any}'"
  failed=1
fi
exit $failed
