#!/usr/bin/env bash
# tests/rules/readme_example.sh -- the README's first C++ block is examples/first/first.cpp, byte for byte
# SPDX-License-Identifier: Apache-2.0
#
# Usage: readme_example.sh [root of the repository]
set -euo pipefail
root=${1:-$(dirname "${BASH_SOURCE[0]}")/../..}

block=$(awk '/^```cpp$/ && !seen { inside = seen = 1; next } /^```$/ { inside = 0 } inside' "$root/README.md")
[[ -n $block ]] || { echo "README.md has no block that starts with \`\`\`cpp" >&2; exit 1; }
if ! diff -u --label "README.md" --label "examples/first/first.cpp" <(printf '%s\n' "$block") "$root/examples/first/first.cpp"; then
  echo "the example in README.md is not the file that is compiled" >&2
  exit 1
fi
