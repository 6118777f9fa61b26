# tests/gpu_suite/peers.py -- the expressions of benchmarks/device.cpp in cupy or torch, as rows of the same table
# SPDX-License-Identifier: Apache-2.0
"""Usage: peers.py cupy|torch ELEMENTS ROUNDS"""

import importlib
import sys
import time


def expressions(peer, xp):
    """Name, bytes per element and function of (x, k), as a user of the library would write it and fused if it can."""
    plain = {
        "x + k": (8, lambda x, k: x + k),
        "sqrt(x * x + k) - exp(-x)": (8, lambda x, k: xp.sqrt(x * x + k) - xp.exp(-x)),
        "sum(x)": (4, lambda x, k: x.sum()),
    }
    rows = [(peer, name, *row) for name, row in plain.items()]
    if peer == "cupy":
        fused = xp.fuse()(lambda x, k: xp.sqrt(x * x + k) - xp.exp(-x))
        rows.append(("cupy, fuse", "sqrt(x * x + k) - exp(-x)", 8, fused))
    return rows


def main():
    peer, elements, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    xp = importlib.import_module(peer)
    if peer == "cupy":
        x = xp.linspace(-2, 2, elements, dtype=xp.float32)
        wait, number = xp.cuda.Device().synchronize, xp.float32
    else:
        x = xp.linspace(-2, 2, elements, dtype=xp.float32, device="cuda")
        wait, number = xp.cuda.synchronize, float

    for who, name, size, compute in expressions(peer, xp):
        for k in range(3):
            start = time.perf_counter()
            compute(x, number(k))
            wait()
            single = time.perf_counter() - start
        repeat = min(50, max(1, int(0.02 / single)))
        seconds = []
        for _ in range(rounds):
            start = time.perf_counter()
            for k in range(repeat):
                result = compute(x, number(k))
            wait()
            seconds.append((time.perf_counter() - start) / repeat)
        # The last element of x is 2.
        last = float(result if result.ndim == 0 else result[-1])
        k = repeat - 1
        expected = {"x + k": 2 + k, "sum(x)": 0}.get(name, (4 + k) ** 0.5 - 0.1353352832)
        right = abs(last - expected) <= (1e-5 * elements if name == "sum(x)" else 1e-4 * max(1, abs(expected)))
        seconds.sort()
        median = seconds[len(seconds) // 2]
        rate = elements * size / median * 1e-9
        print(
            f"| {who} {xp.__version__} | `{name}` | {elements} | {seconds[0] * 1e3:.4f} | {median * 1e3:.4f}"
            f" | {rate:.0f} | {'yes' if right else 'NO'} |"
        )


main()
