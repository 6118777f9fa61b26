#!/bin/bash
# tests/rules/include_direction.sh -- fails where an #include points against the direction that the design gives
# SPDX-License-Identifier: Apache-2.0
#
# usage: include_direction.sh ROOT
#   include <- program <- graph <- dispatch <- cpu | opencl | cuda;  array, kernel -> graph, dispatch;  math -> itself
# Backends never see each other. A quoted path begins with the folder it comes from.
set -euo pipefail
root=${1:?usage: include_direction.sh ROOT}

# folder: what it may include
rules='
include/trireme: trireme
hull/math: math
hull/program: trireme math program
hull/graph: trireme math program graph
hull/dispatch: trireme math program graph dispatch
hull/array: trireme program graph dispatch array
hull/kernel: trireme math program graph dispatch kernel
cpu: trireme math program dispatch cpu
opencl: trireme program dispatch opencl
cuda: trireme program dispatch cuda
'

failed=0
while IFS=: read -r folder allowed; do
  [[ -n $folder && -d $root/$folder ]] || continue
  while IFS=: read -r file line text; do
    path=$(sed -E 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"([^"]+)".*/\1/' <<<"$text")
    first=${path%%/*}
    if [[ $path != */* || " $allowed " != *" $first "* ]]; then
      echo "${file#"$root"/}:$line: includes \"$path\"; $folder may include only:$allowed"
      failed=1
    fi
  done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$root/$folder" || true)
done <<<"$rules"

# Drivers are opened at run time; their headers must not be needed to build.
if grep -rnE '#[[:space:]]*include[[:space:]]*[<"]((cuda|nvrtc|cublas|cufft)[a-zA-Z_0-9]*\.h|CL/|llvm)' "$root"/{include,hull,cpu,opencl,cuda}; then
  echo "the lines above include a driver's or a vendor's header"
  failed=1
fi
# Public headers see themselves and the standard library, whose headers have no dot and no folder.
if grep -rnE '#[[:space:]]*include[[:space:]]*<[^>]*[./]' "$root/include"; then
  echo "the lines above include a header that is not the standard library's in a public header"
  failed=1
fi
exit $failed
