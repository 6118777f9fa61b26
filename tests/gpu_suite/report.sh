# tests/gpu_suite/report.sh -- the machine in words, counts, bandwidth, and the Markdown report; sourced by run
# SPDX-License-Identifier: Apache-2.0

first_line() { head -n 1 | tr -d '\r'; }

describe_machine() {
  gpu= driver=
  if [[ -n $stand_in ]]; then
    gpu="stand-in, no GPU" driver=none
  elif command -v nvidia-smi >/dev/null; then
    limited 20 nvidia-smi >"$logs/nvidia-smi" 2>&1
    gpu=$(limited 20 nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | first_line)
    driver=$(limited 20 nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>/dev/null | first_line)
  fi
  gpu=${gpu:-unknown} driver=${driver:-unknown}
  cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | first_line)
  system=$(. /etc/os-release 2>/dev/null && printf '%s' "${PRETTY_NAME:-}")
}

# name, usable, exact and reason of each device, from the lines of `trireme doctor --json`.
read_doctor() {
  awk '
    function value(text) { sub(/^[^:]*: /, "", text); sub(/,$/, "", text); gsub(/^"|"$/, "", text); gsub(/\\"/, "\"", text); return text }
    /^      "name": / { name = value($0) }
    /^      "usable": / { usable = value($0) }
    /^      "exact": / { exact = value($0) }
    /^      "reason": / { reason = value($0); printf "%s\t%s\t%s\t%s\n", name, usable, exact, reason == "" ? "-" : reason }
  ' "$1"
}

# Replaces the sentence of the last step by GoogleTest's counts; a program in which no test passed has not passed.
count_tests() {
  local log passed skipped failed at=$((${#steps[@]} - 1))
  log=$(log_of "$1")
  passed=$(grep -c '^\[       OK \]' "$log") skipped=$(grep -c '^\[  SKIPPED \] .*ms)' "$log")
  failed=$(grep -c '^\[  FAILED  \] .*ms)' "$log")
  # What a test printed last says nothing but when it failed.
  if [[ ${verdicts[at]} == passed ]]; then sentences[at]="(${sentences[at]##*(}"; fi
  if [[ $passed == 0 ]]; then verdicts[at]=FAILED; fi
  sentences[at]="$passed passed, $failed failed, $skipped skipped ${sentences[at]}"
  printf '          %s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
}

# What the device itself reaches (copies, CUB's sum, a bare launch) needs nvcc, which few machines have.
build_limits() {
  local source=$here/../../benchmarks/cuda_limits.cu nvcc
  if [[ -e $here/cuda_limits.cu ]]; then source=$here/cuda_limits.cu; fi
  nvcc=$(command -v nvcc || printf '%s' "${CUDA_HOME:-/usr/local/cuda}/bin/nvcc")
  if [[ -n $stand_in ]]; then
    note "limits of the device" "not done" "there is no GPU"
  elif [[ ! -x $nvcc ]]; then
    note "limits of the device" "not done" "nvcc is not here"
  else
    step "limits of the device, compiled" 90 "$nvcc" -O3 -arch=native -o "$logs/cuda_limits" "$source"
  fi
}

measure_bandwidth() {
  local device elements=268435456 rounds=5 turn peer log
  : >"$logs/bandwidth"
  if [[ -n $quick || -n $stand_in ]]; then elements=65536 rounds=1; fi
  device=$(awk '/^cuda/ { print; exit }' <(printf '%s\n' "${usable[@]}"))
  if [[ ! -x $build/bin/device_benchmark || -z $device ]]; then
    note "bandwidth" "not done" "no cuda device, or device_benchmark is not in this build"
    return
  fi
  build_limits
  for turn in 1 2; do
    if [[ -x $logs/cuda_limits ]]; then
      step "limits of the device, turn $turn" 30 "$logs/cuda_limits" "$elements" "$rounds"
      grep '^|' "$(log_of "limits of the device, turn $turn")" >>"$logs/bandwidth"
    fi
    step "bandwidth, turn $turn" 50 "$build/bin/device_benchmark" --device "$device" --elements "$elements" --rounds "$rounds"
    log=$(log_of "bandwidth, turn $turn")
    grep '^| trireme' "$log" >>"$logs/bandwidth"
    for peer in cupy torch jax; do
      # Without the suite's LD_LIBRARY_PATH: the peers bring their own libraries.
      if [[ -z $stand_in ]] && limited 30 env -u LD_LIBRARY_PATH python3 -c "import $peer, numpy" 2>/dev/null; then
        limited 40 env -u LD_LIBRARY_PATH python3 "$here/peers.py" "$peer" "$elements" "$rounds" 2>"$logs/$peer" >>"$logs/bandwidth" ||
          printf '| %s | failed: %s | | | | | |\n' "$peer" "$(tail -n 1 "$logs/$peer")" >>"$logs/bandwidth"
      fi
    done
    if [[ -n $quick ]]; then return; fi
  done
}

# Trireme's rows of the table in times of the limits measured beside them, by the best median of both turns: streams against
# the faster copy, sums against CUB's, a small program against a bare launch. Nothing where no limits were measured.
print_against_limits() {
  awk -F ' *[|] *' '
    function low(key, value) { if (!(key in best) || value < best[key]) best[key] = value }
    $4 ~ /^[0-9]+$/ && $6 > 0 {
      if ($3 == "`copy`") low("copy", $6 / (2 * $4))            # ms per element moved one way
      else if ($2 ~ /^CUB/) low("read", $6 / $4)
      else if ($2 == "bare launch") low("launch", $6)
      else if ($2 ~ /^trireme/) {
        if (!($3 in best)) order[++rows] = $3
        low($3, $6); count[$3] = $4
      }
    }
    END {
      if (!("copy" in best)) exit
      words["`x + k`"] = words["`sqrt(x * x + k) - exp(-x)`"] = words["`transposed copy`"] = 2
      words["`sqrt(x * x + y * y) * 0.5 + k`"] = 3
      words["`sum(x)`"] = words["`sum of rows`"] = words["`sum of columns`"] = 1
      words["`sum((x - y)**2)`"] = 2
      print "\n## Against the limits of the device\n\n| expression | part of the bandwidth reached | of |\n|---|---|---|"
      for (k = 1; k <= rows; ++k) {
        name = order[k]
        if (!(name in words)) continue
        sums = name ~ /sum/
        limit = (sums ? best["read"] : best["copy"]) * words[name] * count[name]
        printf "| %s | %.2f | %s |\n", name, limit / best[name], sums ? "CUB DeviceReduce" : "copy"
      }
      printf "\nA small cached program takes %.1f us, %.1f us more than a bare launch.\n", best["`b = b + c`"] * 1e3, (best["`b = b + c`"] - best["launch"]) * 1e3
    }
  ' "$logs/bandwidth"
}

find_sanitizer() {
  local place
  for place in "$(command -v compute-sanitizer)" "${CUDA_HOME:-/usr/local/cuda}/bin/compute-sanitizer" /usr/local/cuda-*/bin/compute-sanitizer; do
    if [[ -x $place ]]; then printf '%s' "$place" && return; fi
  done
}

verdict_line() {
  local failed=() undone=() k
  for k in "${!steps[@]}"; do
    case ${verdicts[k]} in
      FAILED) failed+=("${steps[k]}") ;;
      "not done") undone+=("${steps[k]}") ;;
    esac
  done
  local rest=
  if [[ ${#undone[@]} -gt 0 ]]; then rest=" Not done: $(printf '%s, ' "${undone[@]}" | sed 's/, $//')."; fi
  if [[ -n $1 ]]; then
    printf '**Verdict: NOT COMPLETE, %s.**%s' "$1" "$rest"
  elif [[ ${#failed[@]} -gt 0 ]]; then
    printf '**Verdict: NOT the same bits, or not proven.** Failed: %s.%s' "$(printf '%s, ' "${failed[@]}" | sed 's/, $//')" "$rest"
  else
    printf '**Verdict: exact, and the same bits as the CPU in everything that was done.**%s' "$rest"
  fi
}

print_log() {
  printf '\n### %s\n\n```\n' "$1"
  tail -n "$3" "$2" | tr -cd '\t\n\40-\176'
  printf '```\n'
}

print_report() {
  printf '# GPU suite: %s\n\n%s\n\n' "$gpu" "$(verdict_line "$1")"
  if [[ -n $stand_in ]]; then printf 'This ran against the stand-in for CUDA, not on a GPU; its times mean nothing.\n\n'; fi
  printf '| | |\n|---|---|\n'
  printf '| device | %s |\n| driver | %s |\n| CPU | %s, %s processors |\n' "$gpu" "$driver" "$cpu" "$(nproc)"
  printf '| system | %s, Linux %s, %s |\n' "$system" "$(uname -r)" "$(ldd --version 2>/dev/null | first_line)"
  printf '| date | %s, %d s |\n| Trireme | %s, commit %s |\n\n' "$started" "$SECONDS" "$("$build/bin/trireme" --version 2>&1 | first_line)" "$commit"
  if [[ -e $build/packed ]]; then printf 'Packed: %s\n\n' "$(paste -s -d ';' "$build/packed" | sed 's/;/; /g')"; fi
  local k
  printf '## Steps\n\n| step | verdict | in words |\n|---|---|---|\n'
  for k in "${!steps[@]}"; do printf '| %s | %s | %s |\n' "${steps[k]}" "${verdicts[k]}" "${sentences[k]//|/ }"; done
  if [[ -s $logs/bandwidth ]]; then
    printf '\n## Bandwidth\n\nf32; the bytes are those that the expression must read and write. Rows of one turn were measured one after the other.\n\n'
    printf '| who | expression | elements | best ms | median ms | GB/s of the median | right |\n|---|---|---|---|---|---|---|\n'
    cat "$logs/bandwidth"
    print_against_limits
  fi
  printf '\n## Logs\n'
  for k in "${!steps[@]}"; do
    if [[ ${verdicts[k]} == FAILED && -s $(log_of "${steps[k]}") ]]; then print_log "${steps[k]}" "$(log_of "${steps[k]}")" 60; fi
  done
  if [[ -s $logs/doctor.json ]]; then print_log "trireme doctor --json" "$logs/doctor.json" 400; fi
  if [[ -s $logs/nvidia-smi ]]; then print_log nvidia-smi "$logs/nvidia-smi" 60; fi
}

write_report() {
  local path=$report name
  if [[ -d $report ]]; then
    name=$(printf '%s_%s_%s_%s' "$gpu" "$driver" "${started%% *}" "$commit" | tr -c 'A-Za-z0-9.\n-' '_')
    path=$report/$name.md
  fi
  print_report "$1" >"$path" || { printf 'run: %s cannot be written\n' "$path" >&2 && exit 1; }
  verdict_line "$1" | tr -d '*'
  printf '\nreport: %s\n' "$path"
}
