# tests/gpu_suite/machine.sh -- where the build's files and the machine's libraries are; sourced by run
# SPDX-License-Identifier: Apache-2.0
#
# Uses: here (the scripts' folder), build, logs, stand_in. Sets: hashes, commit. Exports LD_LIBRARY_PATH.

# The build is a build folder, or a packed one, which then holds this file too.
locate_build() {
  [[ -x $build/bin/record_hashes && -x $build/bin/trireme ]] || {
    printf 'run: %s is no build: bin/trireme and bin/record_hashes are not both there\n' "$build" >&2
    exit 2
  }
  if [[ -e $build/packed ]]; then
    hashes=$build/hashes.txt
    commit=$(awk '$1 == "commit" { print $2 }' "$build/packed")
  else
    hashes=$here/../recorded/hashes.txt
    commit=$(git -C "$here" rev-parse --short=12 HEAD 2>/dev/null || true)
    if [[ -n $(git -C "$here" status --porcelain --untracked-files=no 2>/dev/null) ]]; then commit+=-changed; fi
  fi
  commit=${commit:-unknown}
}

add_library_folder() { LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$1; }

has_library() { PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | grep -q -F "$1"; }

# Folders that may hold NVRTC though the loader does not know them, the caller's choice first.
nvrtc_folders() {
  local folder
  for folder in "${CUDA_HOME:-}" "${CUDA_PATH:-}" /usr/local/cuda /usr/local/cuda-* "${CONDA_PREFIX:-}"; do
    if [[ -n $folder ]]; then printf '%s\n' "$folder/lib64" "$folder/lib"; fi
  done
  limited 20 python3 - 2>/dev/null <<'PYTHON' || true
import glob, site
for folder in site.getsitepackages() + [site.getusersitepackages()]:
    for found in glob.glob(folder + "/nvidia/cuda_nvrtc/lib") + glob.glob(folder + "/nvidia/cu1*/lib"):
        print(found)
PYTHON
}

find_nvrtc() {
  local folder packed
  while read -r folder; do
    if compgen -G "$folder/libnvrtc.so.1[2-9]" >/dev/null; then add_library_folder "$folder"; fi
  done < <(nvrtc_folders)
  [[ -d $build/nvrtc ]] || return 0
  mkdir -p "$logs/nvrtc"
  for packed in "$build"/nvrtc/*.gz; do
    gzip -dc "$packed" >"$logs/nvrtc/$(basename "$packed" .gz)" || return 0
  done
  add_library_folder "$logs/nvrtc"
}

# A container often has NVIDIA's OpenCL library but not the file that announces it, or no loader.
find_opencl() {
  if ! has_library libOpenCL.so.1 && [[ -e $build/fallback/libOpenCL.so.1 ]]; then
    mkdir -p "$logs/opencl"
    cp "$build/fallback/libOpenCL.so.1" "$logs/opencl/"
    add_library_folder "$logs/opencl"
  fi
  if [[ -z ${OCL_ICD_VENDORS:-} ]] && has_library libnvidia-opencl.so.1 && ! compgen -G '/etc/OpenCL/vendors/*nvidia*' >/dev/null; then
    mkdir -p "$logs/vendors"
    cp /etc/OpenCL/vendors/*.icd "$logs/vendors/" 2>/dev/null || true
    echo libnvidia-opencl.so.1 >"$logs/vendors/nvidia.icd"
    export OCL_ICD_VENDORS=$logs/vendors
  fi
}

find_libraries() {
  local given=${LD_LIBRARY_PATH:-}
  LD_LIBRARY_PATH=
  if [[ -n $stand_in ]]; then add_library_folder "$stand_in"; fi
  add_library_folder "$build/lib"
  if [[ -n $given ]]; then add_library_folder "$given"; fi
  if [[ -z $stand_in ]]; then find_nvrtc; fi
  find_opencl
  export LD_LIBRARY_PATH
  # An older libstdc++ than the build's shows here; the packed one is used only then, for it may be older too.
  if ! limited 10 "$build/bin/trireme" --version >/dev/null 2>&1 && [[ -d $build/fallback ]]; then add_library_folder "$build/fallback"; fi
}
