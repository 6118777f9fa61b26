#!/usr/bin/env bash
# tests/tools/command_test.sh -- the `trireme` command from outside: output, exit statuses, messages
# SPDX-License-Identifier: Apache-2.0
#
# Usage: command_test.sh path/to/trireme
set -uo pipefail
trireme=$(realpath "$1") || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

# expect STATUS STDOUT-PATTERN STDERR-PATTERN command... ; patterns are globs over the whole text, in which
# [ is itself.
expect() {
  local status=$1 out=${2//[/\\[} err=${3//[/\\[}
  shift 3
  "$@" >out.txt 2>err.txt
  local came=$?
  local text message
  text=$(<out.txt)
  message=$(<err.txt)
  # shellcheck disable=SC2053
  if [[ $came != "$status" || $text != $out || $message != $err ]]; then
    printf 'FAILED:'
    printf ' %.200q' "$@"
    printf '\n  status %s, expected %s\n  out: %s\n  expected: %s\n  err: %s\n  expected: %s\n' \
      "$came" "$status" "$text" "$out" "$message" "$err"
    failures=$((failures + 1))
  fi
}

# Results: printed, or in a file that is an input again.
expect 0 $'[0 1 2]' '' "$trireme" eval 'arange(3)'
expect 0 '' '' "$trireme" eval 'arange(6).reshape(2, 3) * 0.5' -o half.npy
expect 0 $'[[0.  0.5 1. ]\n [1.5 2.  2.5]]' '' "$trireme" eval 'x' -i x=half.npy
expect 0 '7.5' '' "$trireme" eval 'sum(x)' --input x=half.npy
expect 0 $'[1. 2. 3.]' '' "$trireme" eval 'x[0] + y[1]  - 0.5 * ones(3)' -i x=half.npy -i y=half.npy
# The message about a level that does not exist lists those that do.
expect 2 '' 'trireme: *there is no level *; levels: *' "$trireme" eval 'sum(x)' -i x=half.npy --level none
level=$(sed -n 's/.*levels: \([a-z0-9]*\).*/\1/p' err.txt)
expect 0 '7.5' '' "$trireme" eval 'sum(x)' -i x=half.npy --device cpu --level "$level" --threads 2
expect 0 $'[[-0.  -0.5 -1. ]\n [-1.5 -2.  -2.5]]' '' "$trireme" eval -i x=half.npy -- '-x'

expect 0 $'[[9 9 9]\n [0 1 9]]' '' "$trireme" eval "pad(arange(2)[None], ((1, 0), (0, 1)), constant_values=9)"
expect 2 '' $'trireme: pad: mode is *\'wrap\', the string \'mean\' came\n  pad(x, 1, mode=*\n                 ^' \
  "$trireme" eval "pad(x, 1, mode='mean')" -i x=half.npy

# The hash is the last word, and the same whatever computes it.
expect 0 $'7.5\nbits ????????????????????????????????' '' "$trireme" eval 'sum(x)' -i x=half.npy --bits
hash=$(tail -c 33 out.txt)
expect 0 "bits $hash" '' "$trireme" eval 'sum(x)' -i x=half.npy --bits -o sum.npy
expect 0 "*bits $hash" 'best * ms, median * ms of 5 runs' "$trireme" eval 'sum(x)' -i x=half.npy --bits --repeat 5 --threads 1
expect 0 "7.5*cpu*bits $hash" '' "$trireme" eval 'sum(x)' -i x=half.npy --bits --explain --device cpu

# Bad input: one sentence, status 2.
expect 2 '' $'trireme: *the end*\n  x +\n     ^' "$trireme" eval 'x +' -i x=half.npy
expect 2 '' $'trireme: *\'q\'*\n  1 + q\n      ^' "$trireme" eval '1 + q'
expect 2 '' $'trireme: add: *(2, 3)*(4,)*\n  x + arange(4)\n    ^' "$trireme" eval 'x + arange(4)' -i x=half.npy
expect 2 '' 'trireme: load_npy: missing.npy: *No such file*' "$trireme" eval 'x' -i x=missing.npy
head -c 130 half.npy >cut.npy
expect 2 '' 'trireme: load_npy: cut.npy: *needs 48 bytes of data, the file has 2 *' "$trireme" eval 'x' -i x=cut.npy
echo 'not an array' >text.npy
expect 2 '' 'trireme: load_npy: text.npy: not a .npy file*' "$trireme" eval 'x' -i x=text.npy
expect 2 '' 'trireme: -i expects name=file.npy*' "$trireme" eval 'x' -i half.npy
expect 2 '' 'trireme: -i expects name=file.npy*' "$trireme" eval 'x' -i '1x=half.npy'
expect 2 '' 'trireme: -i names*twice' "$trireme" eval 'x' -i x=half.npy -i x=half.npy
expect 2 '' 'trireme: *mmx*' "$trireme" eval '1' --level mmx
expect 2 '' 'trireme: *' "$trireme" eval '1' --repeat 0
expect 2 '' 'trireme: *' "$trireme" eval
expect 2 '' 'trireme: *' "$trireme" sail
expect 2 '' 'trireme: *' "$trireme"
expect 2 '' 'trireme: *nested*' "$trireme" eval "$(printf '%.0s(' {1..60000})1"
expect 2 '' 'trireme: *at most 65536*' "$trireme" eval "$(printf '%.0s(' {1..100000})1"

# Other failures: status 1, and nothing half-written.
expect 1 '' 'trireme: save_npy: no/such/x.npy: *No such file*' "$trireme" eval '1' -o no/such/x.npy
expect 1 '' 'trireme: *cuda:99*' "$trireme" eval '1' --device cuda:99
if [[ -w /dev/full ]]; then
  expect 1 '' 'trireme: writing to standard output failed' bash -c '"$0" eval 1 >/dev/full' "$trireme"
fi

# Compiled programs on disk.
mkdir kept
export TRIREME_CACHE_DIR=$work/kept/cache
expect 0 "cache: $work/kept/cache
  0 files, 0 bytes of at most 1073741824" '' "$trireme" cache info
expect 0 "{*\"directory\": \"$work/kept/cache\"*\"writable\": true*\"limit\": 1073741824*}" '' "$trireme" cache info --json
: >"$TRIREME_CACHE_DIR/0123456789abcdef0123456789abcdef.trireme"
echo mine >"$TRIREME_CACHE_DIR/notes"
expect 0 $'1 files removed, 0 bytes\n1 other files are not the cache\'s and stay' '' "$trireme" cache clear
expect 0 'mine' '' cat "$TRIREME_CACHE_DIR/notes"
chmod 777 "$TRIREME_CACHE_DIR"
expect 0 $'cache: none\n  reason: The directory *kept/cache, may be written to by others*' '' "$trireme" cache info
expect 1 '0 files removed, 0 bytes' 'trireme: The directory *kept/cache, may be written to by others*' "$trireme" cache clear
expect 0 $'cache: none\n  reason: *TRIREME_CACHE is 0.' '' env TRIREME_CACHE=0 "$trireme" cache info
expect 2 '' 'trireme: *' "$trireme" cache
unset TRIREME_CACHE_DIR

# About itself.
expect 0 'trireme 0*' '' "$trireme" --version
expect 0 '*doctor*eval*' '' "$trireme" --help
expect 0 '*Functions:*sqrt*sum*' '' "$trireme" eval --help
expect 0 'trireme 0*cpu: usable, exact*threads: *bit agreement: yes' '' "$trireme" doctor
expect 0 '{*"bit_agreement": true*}' '' "$trireme" doctor --json

if [[ $failures -gt 0 ]]; then
  echo "$failures failed"
  exit 1
fi
echo "all passed"
