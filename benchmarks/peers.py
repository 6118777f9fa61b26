# benchmarks/peers.py -- the cases of trireme_benchmark in NumPy, numexpr and Numba, as JSON of the same form
# SPDX-License-Identifier: Apache-2.0
"""Usage: peers.py [--filter REGEX] [--repetitions N] [--seconds S] > peers.json

Benchmarks are named case/n/threads/peer. A peer that cannot be imported is named on stderr and left out. Every result is
checked against NumPy. A call through Python costs some 50 ns; it is part of what is measured. With one thread the time is the thread's
processor time, with two the wall clock's."""

import argparse
import importlib
import json
import re
import statistics
import sys
import time

SIZES = [10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000]
STREAM = 1 << 26
SIDES = (300, 1000, 1024, 3000)
MATRIX_SUMS = {
    "sum(m, axis=0)": lambda m: m.sum(axis=0),
    "sum(m, axis=1)": lambda m: m.sum(axis=1),
    "sum(m.T, axis=0)": lambda m: m.T.sum(axis=0),
    "sum(m.T, axis=1)": lambda m: m.T.sum(axis=1),
    "sum(m.T)": lambda m: m.T.sum(),
    "sum(-m.T, axis=0)": lambda m: (-m.T).sum(axis=0),
    "sum(-m.T, axis=1)": lambda m: (-m.T).sum(axis=1),
    "sum(-m.T)": lambda m: (-m.T).sum(),
}
MATRICES = [f"{case}/{4096 * 4096}" for case in MATRIX_SUMS]
MATRICES += [f"{case}/{side * side}" for case in ("transpose", "m+m.T") for side in SIDES]
STREAMS = [f"stream {case}/{STREAM}" for case in ("copy", "mul", "add", "triad", "dot")]
PEERS = ("numpy", "numexpr", "numba")


def load(name):
    try:
        return importlib.import_module(name)
    except ImportError as e:
        print(f"peers.py: {name} is missing ({e}); its rows are left out", file=sys.stderr)
        return None


np, ne, nb = load("numpy"), load("numexpr"), load("numba")


def element(which, n):
    """Roughly what benchmarks/support/cases.cpp makes."""
    k = np.arange(n, dtype=np.int64)
    period, step, start = [(1000, 0.02, -10), (777, 0.025, -9), (631, 0.03, -8), (1013, 0.015, -7)][which]
    return (k % period * step + start).astype(np.float32)


FORMULAS = {
    "sqrt(x*x+1)-exp(-x)": ("x", "sqrt(x*x+one)-exp(-x)", 3),
    "sqrt(a*a+b*b)*0.5+1": ("ab", "sqrt(a*a+b*b)*half+one", 3),
    "a*b+c*d-a": ("abcd", "a*b+c*d-a", 3),
    "x+y": ("xy", "x+y", 3),
    "a+b": ("ab", "a+b", 1),
    "sum(x)": ("x", "sum(x)", 2),
    "sum((x-y)**2)": ("xy", "sum((x-y)**2)", 2),
}


def whole_numbers(which, n):
    """Small integers, whose sums are exact in every order."""
    k = np.arange(n, dtype=np.int64)
    x = np.where(k % 2, -1, k % 3 + 1)
    return (x + (k % 16 == 5) * which).astype(np.float32)


def numpy_function(formula, names):
    """Constants are f32, so that nothing becomes f64."""
    scope = {"sqrt": np.sqrt, "exp": np.exp, "sum": np.sum, "one": np.float32(1), "half": np.float32(0.5)}
    return eval(f"lambda {','.join(names)}: {formula}", scope)


def numexpr_function(formula, names):
    scope = {"one": np.float32(1), "half": np.float32(0.5)}
    return lambda *x: ne.evaluate(formula, local_dict=dict(zip(names, x)) | scope)


def numba_function(formula, names, parallel):
    """A loop over the elements, as one writes it for Numba; sums may be reordered, as otherwise they are no vectors."""
    total = formula.startswith("sum(")
    body = formula[4:-1] if total else formula
    body = re.sub(r"(\w+)(?=[-+*)]|$)", lambda m: f"{m[1]}[k]" if m[1] in names else m[1], body)
    body = body.replace("(x[k]-y[k])**2", "(x[k]-y[k])*(x[k]-y[k])")
    lines = [f"def f({','.join(names)}):"]
    if total:
        lines += [" s=np.float32(0)", f" for k in prange({names[0]}.size): s+={body}", " return s"]
    else:
        lines += [f" out=np.empty_like({names[0]})", f" for k in prange({names[0]}.size): out[k]={body}", " return out"]
    scope = {"np": np, "prange": nb.prange, "sqrt": np.sqrt, "exp": np.exp}
    scope |= {"one": np.float32(1), "half": np.float32(0.5)}
    exec("\n".join(lines), scope)
    return nb.njit(parallel=parallel, fastmath={"reassoc", "contract", "nsz"} if total else False)(scope["f"])


def elementwise(threads):
    for case, (names, formula, _) in FORMULAS.items():
        for n in SIZES:
            if threads > 1 and n < 1000 or (case == "a+b") != (n < 1000) and case in ("a+b", "x+y"):
                continue
            make = whole_numbers if case.startswith("sum") else element
            data = [make(k, n) for k in range(len(names))]
            if threads == 1:
                yield case, n, "numpy", numpy_function(formula, names), data
            if ne:
                yield case, n, "numexpr", numexpr_function(formula, names), data
            if nb:
                yield case, n, "numba", numba_function(formula, names, threads > 1), data


def matrices(threads):
    if threads > 1:
        return
    m = element(0, 4096 * 4096).reshape(4096, 4096)
    for case, function in MATRIX_SUMS.items():
        yield case, m.size, "numpy", function, [m]
    for side in SIDES:
        m = element(0, side * side).reshape(side, side)
        yield "transpose", m.size, "numpy", lambda m: m.T.copy(), [m]
        yield "m+m.T", m.size, "numpy", lambda m: m + m.T, [m]


def streams(threads):
    a, b = element(0, STREAM), element(1, STREAM)
    scalar = np.float32(0.4)
    for case, names, formula in (
        ("stream copy", "a", "abs(a)"),
        ("stream mul", "a", "scalar*a"),
        ("stream add", "ab", "a+b"),
        ("stream triad", "ab", "a+scalar*b"),
        ("stream dot", "ab", "sum(a*b)"),
    ):
        scope = {"abs": np.abs, "sum": np.sum, "scalar": scalar}
        data = [a, b][: len(names)]
        if threads == 1:
            yield case, STREAM, "numpy", eval(f"lambda {','.join(names)}: {formula}", scope), data
        if ne:
            call = lambda *x, f=formula, names=names: ne.evaluate(f, local_dict=dict(zip(names, x)) | {"scalar": scalar})
            yield case, STREAM, "numexpr", call, data


def measure(function, data, repetitions, seconds, clock):
    """Nanoseconds of one call, once a repetition; the first calls compile and touch memory."""
    start = clock()
    function(*data)
    single = clock()
    function(*data)
    single = min(single - start, clock() - single)
    calls = 1
    while True:
        start = clock()
        for _ in range(calls):
            function(*data)
        took = clock() - start
        if took >= seconds or calls >= 1 << 22:
            break
        calls = max(2 * calls, int(calls * seconds / max(took, 1e-9)))
    out = [took / calls * 1e9]
    for _ in range(repetitions - 1):
        start = clock()
        for _ in range(calls):
            function(*data)
        out.append((clock() - start) / calls * 1e9)
    return out


def check(name, result, expected):
    # Peers sum and take functions in orders and with roundings of their own: f32 results of these sizes agree to 1e-3
    # of the largest value.
    scale = max(float(np.max(np.abs(expected))), 1.0)
    if not np.all(np.abs(np.asarray(result, np.float64) - np.asarray(expected, np.float64)) <= 1e-3 * scale):
        sys.exit(f"peers.py: {name}: wrong result")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--filter", default="")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.02)
    options = parser.parse_args()
    rows = []
    if np:
        for threads in (1, 2):
            clock = time.thread_time if threads == 1 else time.perf_counter
            if ne:
                ne.set_num_threads(threads)
            if nb:
                nb.set_num_threads(min(threads, nb.config.NUMBA_NUM_THREADS))
            for group, names in ((elementwise, None), (matrices, MATRICES), (streams, STREAMS)):
                if names and not any(re.search(options.filter, f"{name}/{threads}/{peer}") for name in names for peer in PEERS):
                    continue  # so that its large arrays are not made
                for case, n, peer, function, data in group(threads):
                    name = f"{case}/{n}/{threads}/{peer}"
                    if not re.search(options.filter, name):
                        continue
                    if case in FORMULAS:
                        names, formula, _ = FORMULAS[case]
                        check(name, function(*data), numpy_function(formula, names)(*[x.astype(np.float64) for x in data]))
                    times = measure(function, data, options.repetitions, options.seconds, clock)
                    rows += [{"name": name, "run_type": "iteration", "real_time": t, "cpu_time": t} for t in times]
                    print(f"{name:48s} {statistics.median(times):14.1f} ns", file=sys.stderr)
    versions = {m.__name__: m.__version__ for m in (np, ne, nb) if m}
    json.dump({"context": {"peers": versions}, "benchmarks": rows}, sys.stdout)


main()
