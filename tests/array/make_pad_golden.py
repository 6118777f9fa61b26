# tests/array/make_pad_golden.py -- writes pad_golden.inc: which element numpy.pad puts where
# SPDX-License-Identifier: Apache-2.0
#
# Usage: python3 make_pad_golden.py > pad_golden.inc. A row holds the mode, the shape, the widths, the padded shape and
# for each place of it the flat index of the element that NumPy put there, -1 for the constant.
import numpy as np

MODES = ("constant", "edge", "reflect", "symmetric", "wrap")

# Shape and widths; reflect of several turns, axes of extent 1, one side only, several axes at once.
CASES = [
    ((5,), [(2, 3)]),
    ((5,), [(0, 4)]),
    ((5,), [(4, 0)]),
    ((5,), [(5, 6)]),
    ((5,), [(13, 17)]),
    ((4,), [(9, 0)]),
    ((4,), [(0, 9)]),
    ((4,), [(12, 8)]),
    ((3,), [(11, 2)]),
    ((3,), [(2, 14)]),
    ((2,), [(1, 1)]),
    ((2,), [(7, 8)]),
    ((1,), [(1, 0)]),
    ((1,), [(4, 3)]),
    ((6,), [(0, 0)]),
    ((3, 4), [(1, 2), (3, 1)]),
    ((3, 4), [(0, 0), (2, 9)]),
    ((3, 4), [(7, 4), (0, 0)]),
    ((2, 3), [(5, 6), (7, 8)]),
    ((1, 4), [(3, 2), (1, 5)]),
    ((4, 1), [(5, 1), (2, 3)]),
    ((1, 1), [(2, 1), (1, 3)]),
    ((2, 3, 4), [(1, 1), (2, 0), (0, 5)]),
    ((2, 1, 3), [(3, 0), (2, 2), (4, 4)]),
    ((2, 2, 2, 2), [(1, 0), (0, 3), (2, 2), (1, 1)]),
    ((2, 1, 2, 1, 2, 1, 2, 1), [(1, 0), (0, 1), (0, 0), (1, 1), (0, 2), (0, 0), (3, 0), (1, 0)]),
]
# Of axes without elements NumPy pads with a constant only, unless it adds nothing there.
EMPTY = [((0,), [(2, 3)]), ((0, 3), [(1, 0), (2, 1)])]


def row(mode, shape, widths):
    x = np.arange(np.prod(shape, dtype=np.int64)).reshape(shape)
    padded = np.pad(x, widths, mode, constant_values=-1) if mode == "constant" else np.pad(x, widths, mode)
    # What NumPy computes in steps is checked here against one formula for each place of an axis.
    for place in np.ndindex(*padded.shape):
        from_place = [source(mode, p - before, n) for p, (before, _), n in zip(place, widths, shape)]
        expected = -1 if None in from_place else x[tuple(from_place)]
        assert padded[place] == expected, (mode, shape, widths, place)
    numbers = lambda values: ", ".join(str(v) for v in values)
    pairs = ", ".join(f"{{{a}, {b}}}" for a, b in widths)
    print(f"{{PadMode::{mode}, {{{numbers(shape)}}}, {{{pairs}}}, {{{numbers(padded.shape)}}},\n {{{numbers(padded.ravel())}}}}},")


def source(mode, place, n):
    if 0 <= place < n:
        return place
    if mode == "constant":
        return None
    if mode == "edge":
        return min(max(place, 0), n - 1)
    if mode == "wrap":
        return place % n
    if mode == "symmetric":
        place %= 2 * n
        return min(place, 2 * n - 1 - place)
    if n == 1:
        return 0
    place %= 2 * (n - 1)
    return min(place, 2 * (n - 1) - place)


def main():
    print(f"// tests/array/pad_golden.inc -- written by make_pad_golden.py with NumPy {np.__version__}; not to be edited")
    print("// SPDX-License-Identifier: Apache-2.0")
    for shape, widths in CASES:
        for mode in MODES:
            row(mode, shape, widths)
    for shape, widths in EMPTY:
        row("constant", shape, widths)
    for mode in MODES:
        row(mode, (2, 0), [(1, 1), (0, 0)])


main()
