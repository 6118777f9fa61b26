# benchmarks/run.py -- runs trireme_benchmark and the peers in turns and prints the ratios of their medians
# SPDX-License-Identifier: Apache-2.0
"""Usage: run.py [--filter REGEX] [--rounds N] [--repetitions N] [--seconds S] [--json FILE] [--no-peers] [--binary PATH]

On a shared machine two runs one after the other measure the neighbours. So the C++ program, whose sides take turns in
random order, and the Python peers take turns, round by round, and what counts are ratios of medians over all rounds.
With one thread the time is the thread's processor time, which others do not disturb; with more it is the wall clock's.
The peers run in build/peers, a virtual environment that is made when it is not there."""

import argparse
import collections
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ["numpy", "numexpr", "numba"]


def peers_python(build):
    """The interpreter with the peers; None, with a sentence on stderr, if they cannot be had."""
    folder = build / "peers"
    python = folder / "bin" / "python"
    if not python.exists():
        print(f"run.py: making {folder} with {', '.join(PEERS)}", file=sys.stderr)
        made = subprocess.run([sys.executable, "-m", "venv", folder])
        if made.returncode:
            print("run.py: python -m venv failed, so there are no peers", file=sys.stderr)
            return None
    for peer in PEERS:  # one by one, so that one that is not to be had does not take the others with it
        if subprocess.run([python, "-c", f"import {peer}"], capture_output=True).returncode:
            if subprocess.run([python, "-m", "pip", "install", "-q", peer]).returncode:
                print(f"run.py: {peer} cannot be installed, so it is missing below", file=sys.stderr)
    return python


def run_library(binary, options):
    """By JSON; GLIBC's own choice of threads and levels stays as the environment says."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run(
            [
                binary,
                f"--benchmark_filter={options.filter or '.'}",
                f"--benchmark_repetitions={options.repetitions}",
                f"--benchmark_min_time={options.seconds}",
                "--benchmark_enable_random_interleaving=true",
                f"--benchmark_out={out.name}",
                "--benchmark_out_format=json",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        text = pathlib.Path(out.name).read_text()
        return json.loads(text) if text else {"context": {}, "benchmarks": []}


def run_peers(python, options):
    command = [python, ROOT / "benchmarks" / "peers.py", "--repetitions", str(options.repetitions)]
    command += ["--filter", options.filter, "--seconds", str(options.seconds)]
    out = subprocess.run(command, capture_output=True, text=True)
    if out.returncode:
        sys.exit(f"run.py: the peers failed: {out.stderr.strip().splitlines()[-1]}")
    return json.loads(out.stdout)


def text_of(ns):
    for limit, divisor, unit in ((1e3, 1, "ns"), (1e6, 1e3, "us"), (1e9, 1e6, "ms")):
        if ns < limit:
            return f"{ns / divisor:.4g} {unit}"
    return f"{ns / 1e9:.4g} s"


def print_table(times, rates):
    """One line a case: Trireme, the best loop by hand, and how many times longer each peer takes."""
    cases = collections.defaultdict(dict)
    for name, values in times.items():
        case, n, threads, side = name.rsplit("/", 3)  # "/" occurs in no case's name
        cases[(case, int(n), int(threads))][side] = statistics.median(values)
    print(f"{'case':24} {'n':>9} {'threads':>7} {'trireme':>10} {'GB/s':>6} {'best by hand':>28} {'ratio':>6}", end="")
    print("".join(f" {peer + '/trireme':>15}" for peer in PEERS))
    for (case, n, threads), sides in cases.items():
        if "trireme" not in sides:
            continue
        ours = sides["trireme"]
        hand = {s: t for s, t in sides.items() if s != "trireme" and s not in PEERS}
        best = min(hand, key=hand.get, default=None)
        rate = rates.get(f"{case}/{n}/{threads}/trireme")
        line = f"{case:24} {n:9} {threads:7} {text_of(ours):>10} {f'{rate / ours:.1f}' if rate else '':>6} "
        line += f"{f'{best} {text_of(hand[best])}' if best else '':>28} {f'{ours / hand[best]:.2f}' if best else '':>6}"
        # NumPy has one thread whatever is asked, so its time stands beside ours with two as well.
        both = {**cases.get((case, n, 1), {}), **sides}
        line += "".join(f" {f'{both[p] / ours:.2f}' if p in both else '':>15}" for p in PEERS)
        print(line)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--filter", default="")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.02, help="of one repetition at least")
    parser.add_argument("--json", help="all times of all rounds")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "build" / "bin" / "trireme_benchmark")
    options = parser.parse_args()
    if not options.binary.exists():
        sys.exit(f"run.py: {options.binary} is missing; build it: cmake --build build --target trireme_benchmark")
    python = None if options.no_peers else peers_python(options.binary.parent.parent)
    times, rates, context, failed = collections.defaultdict(list), {}, {}, []
    for turn in range(options.rounds):
        print(f"round {turn + 1} of {options.rounds}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
        results = [run_library(options.binary, options)] + ([run_peers(python, options)] if python else [])
        for result in results:
            context |= result["context"]
            for row in result["benchmarks"]:
                name = row["name"].replace("/real_time", "")
                if row.get("error_occurred"):
                    failed.append(f"{name}: {row['error_message']}")
                elif row.get("run_type") == "iteration":
                    one = name.split("/")[-2] == "1"
                    times[name].append(row["cpu_time"] if one else row["real_time"])
                    if "bytes_per_second" in row:  # of the wall clock; back to bytes
                        rates[name] = row["bytes_per_second"] * row["real_time"] * 1e-9
    cores = os.cpu_count()
    print(f"trireme {context.get('trireme')}, level {context.get('level')}, {cores} processors, peers {context.get('peers', 'none')}")
    print_table(times, rates)
    if options.json:
        for private in ("executable", "host_name"):  # of the machine, not of the measurement
            context.pop(private, None)
        pathlib.Path(options.json).write_text(json.dumps({"context": context, "nanoseconds": times}, indent=1))
    for line in sorted(set(failed)):
        print(f"FAILED {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
