# tests/gpu_suite/peers.py -- the expressions of benchmarks/device.cpp in cupy, torch or jax, as rows of the same table
# SPDX-License-Identifier: Apache-2.0
"""Usage: peers.py cupy|torch|jax ELEMENTS ROUNDS

Each as its users write it: plain, and fused by what the library has for that (cupy.fuse, torch.compile, jax.jit).
"""

import importlib
import os
import sys
import time

import numpy

BINARY = "sqrt(x * x + y * y) * 0.5 + k"
UNARY = "sqrt(x * x + k) - exp(-x)"


def expressions(xp):
    """Name, bytes per element and function of (x, y, m, k); m is x as a matrix."""
    return [
        ("x + k", 8, lambda x, y, m, k: x + k),
        (UNARY, 8, lambda x, y, m, k: xp.sqrt(x * x + k) - xp.exp(-x)),
        (BINARY, 12, lambda x, y, m, k: xp.sqrt(x * x + y * y) * 0.5 + k),
        ("sum(x)", 4, lambda x, y, m, k: x.sum()),
        ("sum((x - y)**2)", 8, lambda x, y, m, k: xp.square(x - y).sum()),
        ("sum of rows", 4, lambda x, y, m, k: m.sum(1)),
        ("sum of columns", 4, lambda x, y, m, k: m.sum(0)),
    ]


class Cupy:
    def __init__(self, xp):
        self.xp, self.number, self.name = xp, xp.float32, "cupy"

    def put(self, values):
        return self.xp.asarray(values)

    def wait(self, result):
        self.xp.cuda.Device().synchronize()

    def ways(self, name, function):
        yield "cupy", function
        if name in (UNARY, BINARY):
            fused = self.xp.fuse()(lambda x, y, k: function(x, y, None, k))
            yield "cupy, fuse", lambda x, y, m, k: fused(x, y, k)


class Torch:
    def __init__(self, xp):
        self.xp, self.number, self.name = xp, float, "torch"

    def put(self, values):
        return self.xp.asarray(values, device="cuda")

    def wait(self, result):
        self.xp.cuda.synchronize()

    def ways(self, name, function):
        yield "torch", function
        if name in (UNARY, BINARY, "sum((x - y)**2)"):
            # A tensor: a Python number would be compiled in, and every new one would compile again.
            fused = self.xp.compile(function)
            yield "torch, compile", lambda x, y, m, k: fused(x, y, m, self.xp.tensor(k, device="cuda"))


class Jax:
    def __init__(self, xp):
        self.xp, self.number, self.name = importlib.import_module("jax.numpy"), numpy.float32, "jax"
        self.jit = xp.jit

    def put(self, values):
        return self.xp.asarray(values)

    def wait(self, result):
        result.block_until_ready()

    def ways(self, name, function):
        yield "jax, jit", self.jit(function)


def expected_last(name, elements, k):
    """The last element of the result where it is easy to tell, and the error that f32 may have made of it."""
    x = 2.0  # the last of x, and of y, which is x turned round: -2
    return {
        "x + k": x + k,
        UNARY: (x * x + k) ** 0.5 - 0.1353352832,
        BINARY: 8**0.5 * 0.5 + k,
        "sum(x)": 0.0,
        "sum((x - y)**2)": elements * 16 / 3,
    }.get(name)


def main():
    peer, elements, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    library = importlib.import_module(peer)
    side = {"cupy": Cupy, "torch": Torch, "jax": Jax}[peer](library)
    values = numpy.linspace(-2, 2, elements, dtype=numpy.float32)
    columns = 1
    while columns * columns < elements:
        columns *= 2
    rows = elements // columns
    x, y = side.put(values), side.put(values[::-1].copy())
    matrix = side.put(values[: rows * columns].reshape(rows, columns))

    for name, size, plain in expressions(side.xp):
        for who, compute in side.ways(name, plain):
            try:
                for k in range(3):
                    start = time.perf_counter()
                    side.wait(compute(x, y, matrix, side.number(k)))
                    single = time.perf_counter() - start
            except Exception as failure:  # a compiler that is missing there spoils this row only
                print(f"| {who} {library.__version__} | `{name}` | failed: {str(failure).splitlines()[0][:80]} | | | | |", flush=True)
                continue
            repeat = min(50, max(1, int(0.02 / single)))
            seconds = []
            for _ in range(rounds):
                start = time.perf_counter()
                for k in range(repeat):
                    result = compute(x, y, matrix, side.number(k))
                side.wait(result)
                seconds.append((time.perf_counter() - start) / repeat)
            seconds.sort()
            median = seconds[len(seconds) // 2]
            expected = expected_last(name, elements, repeat - 1)
            last = float(result if result.ndim == 0 else result[-1])
            right = "not checked"
            if expected is not None:
                tolerance = 1e-5 * elements if name == "sum(x)" else 1e-3 * max(1, abs(expected))
                right = "yes" if abs(last - expected) <= tolerance else "NO"
            print(
                f"| {who} {library.__version__} | `{name}` | {elements} | {seconds[0] * 1e3:.4f} | {median * 1e3:.4f}"
                f" | {elements * size / median * 1e-9:.0f} | {right} |",
                flush=True,
            )


main()
