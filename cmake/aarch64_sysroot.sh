#!/usr/bin/env bash
# cmake/aarch64_sysroot.sh -- fetches the AArch64 libraries of a cross build into a folder; installs nothing
# SPDX-License-Identifier: Apache-2.0
#
# usage: aarch64_sysroot.sh FOLDER
# Debian's arm64 packages, from the sources of this machine and checked with its keys; apt's state lies in FOLDER, too,
# so nothing of the machine changes and no rights are needed. Does nothing when FOLDER is complete. Exit status 77 with
# the reason where they cannot be had.
set -euo pipefail
(($# == 1)) || { echo "usage: aarch64_sysroot.sh FOLDER" >&2; exit 2; }

packages=(libtbb-dev libtbb12 libtbbmalloc2 libtbbbind-2-5 libxsimd-dev libxxhash-dev zlib1g-dev zlib1g libcli11-dev
  nlohmann-json3-dev libgtest-dev libgmock-dev libmpfr-dev libmpfr6 libgmp-dev libgmp10)

mkdir -p "$1"
folder=$(cd "$1" && pwd)
[[ -r $folder/packages && $(<"$folder/packages") == "${packages[*]}" ]] && exit 0
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
  { echo "AArch64 libraries are fetched by apt-get and dpkg-deb, which are not both here"; exit 77; }

apt=$folder/apt
rm -rf "$apt"
mkdir -p "$apt"/{lists/partial,archives/partial,parts,debs}
touch "$apt/status"
# How this machine reaches its mirrors, but none of its hooks.
apt-config dump | grep '^Acquire::' >"$apt/parts/acquire" || true
options=(-q -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o "Dir::Etc::Parts=$apt/parts" -o "Dir::State=$apt"
  -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt" -o APT::Sandbox::User= -o Acquire::Languages=none)
# A source without arm64 fails the update; what is missing then fails the download.
apt-get "${options[@]}" update >"$apt/log" 2>&1 || true
(cd "$apt/debs" && apt-get "${options[@]}" download "${packages[@]}") >>"$apt/log" 2>&1 || {
  echo "apt-get cannot fetch the arm64 packages: $(grep -m 1 -E '^[EW]: ' "$apt/log" || tail -n 1 "$apt/log")"
  exit 77
}
for package in "$apt"/debs/*.deb; do dpkg-deb -x "$package" "$folder"; done
rm -rf "$apt"
printf '%s' "${packages[*]}" >"$folder/packages"
