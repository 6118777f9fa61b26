#!/bin/bash
# tests/rules/level_objects.sh -- fails when a level's object holds anything that is not the level's own
# SPDX-License-Identifier: Apache-2.0
#
# usage: level_objects.sh LEVEL OBJECT... [LEVEL OBJECT...]...    an object is a path with a slash, a level is not
# NM: the nm that reads the objects, if it is another (cross builds).
# A weak function compiled for AVX-512 may be the one that the linker keeps for the whole program, which then ends with
# an illegal instruction on another processor. So: whatever an object defines for others lies in the level's namespace,
# nothing is writable, and nothing is undefined but what a compiler calls by itself or another object of the level defines. (The personality of exceptions is
# a pointer that holds no instructions.)
set -euo pipefail
(($# >= 2)) && [[ $1 != */* ]] || { echo "usage: level_objects.sh LEVEL OBJECT... [LEVEL OBJECT...]..."; exit 2; }

undefined='^(memcpy|memmove|memset|memcmp|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__gxx_personality_v0|_Unwind_Resume)(@.*)?$'
failed=0
while (($#)); do
  if [[ $1 != */* ]]; then
    level=$1
    shift
  fi
  object=${1:?an object of level $level} own="trireme::cpu::$level::"
  shift
  [[ -r $object ]] || { echo "$object: not there"; exit 2; }
  mangled="N7trireme3cpu${#level}${level}"
  count=0
  while read -r name kind _; do
    [[ $name == DW.ref.__gxx_personality_v0 ]] && continue
    case $kind in
      U)
        [[ $name =~ $undefined || $name == *"$mangled"* ]] || { echo "$level: needs $(c++filt "$name"), which no level may"; failed=1; }
        ;;
      [VWuvwTRi])
        count=$((count + 1))
        [[ $name == *"$mangled"* ]] || { echo "$level: defines $(c++filt "$name") outside $own"; failed=1; }
        ;;
      [BDCGSbdg])
        echo "$level: has the writable $(c++filt "$name")"
        failed=1
        ;;
    esac
  done < <("${NM:-nm}" --format=posix "$object")
  ((count > 0)) || { echo "$level: $object defines nothing: is it the right file?"; failed=1; }
done
exit $failed
