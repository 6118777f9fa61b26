#!/bin/bash
# tests/rules/public_headers.sh -- fails when a public header does not compile alone, without warnings
# SPDX-License-Identifier: Apache-2.0
#
# usage: public_headers.sh ROOT COMPILER
set -euo pipefail
root=${1:?usage: public_headers.sh ROOT COMPILER}
compiler=${2:?usage: public_headers.sh ROOT COMPILER}

failed=0
for header in "$root"/include/trireme/*.hpp; do
  # Twice, so that a missing guard shows.
  printf '#include "trireme/%s"\n#include "trireme/%s"\n' "${header##*/}" "${header##*/}" |
    "$compiler" -std=c++20 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I "$root/include" -x c++ - || {
    echo "${header#"$root"/} does not compile alone"
    failed=1
  }
done
exit $failed
