# tests/array/bfloat16_text.py -- how NumPy would print bfloat16, which it does not have: its layout, digits of our own
# SPDX-License-Identifier: Apache-2.0
#
# NumPy's formatters take their digits from two functions. Here those are written anew over exact fractions, for floats
# of any precision; `verify` compares them with NumPy's on float16, where NumPy has both.
import math
from contextlib import contextmanager
from fractions import Fraction

import numpy as np
from numpy._core import arrayprint

FLOAT16 = (11, -24)  # significant bits; subnormals are multiples of 2^lowest
BFLOAT16 = (8, -133)


def rounded(v, place):
    """The integer k for which k * 10^place is nearest to v, ties to even."""
    return round(v / Fraction(10) ** place)


def leading_place(v):
    return math.floor(math.log10(v))


def shortest(v, form):
    """(k, place): k * 10^place has the fewest digits of those that round to v > 0, and is the nearest of them (of two,
    the even one)."""
    precision, lowest = form
    exponent = max(lowest, math.frexp(v)[1] - precision)
    unit = Fraction(2) ** exponent
    low = unit / 4 if v / unit == 2 ** (precision - 1) and exponent > lowest else unit / 2
    closed = (v / unit) % 2 == 0
    place = leading_place(v)
    while True:
        down = v // Fraction(10) ** place
        fitting = []
        for k in (down, down + 1):
            error = k * Fraction(10) ** place - v
            if -low < error < unit / 2 or (closed and error in (-low, unit / 2)):
                fitting.append((abs(error), k % 2, k))
        if fitting:
            k = min(fitting)[2]
            while k % 10 == 0:
                k, place = k // 10, place + 1
            return k, place
        place -= 1


def split(k, digits_after_point):
    text = str(k).rjust(digits_after_point + 1, "0")
    at = len(text) - digits_after_point
    return text[:at], text[at:]


def signed(x, plus, text):
    return ("-" if np.signbit(x) else "+" if plus else "") + text


def trimmed(fraction, trim):
    return fraction if trim == "k" else fraction.rstrip("0")


def positional(x, form, precision=None, min_digits=None, trim="k", sign=False, pad_left=0, pad_right=0, **_):
    v = abs(Fraction(float(x)))
    k, place = shortest(v, form) if v else (0, 0)
    if precision is not None and (-place > precision or place > 0):  # exact digits up to the point, or where it is cut
        place = -precision
        k = rounded(v, place)
    whole, fraction = split(k * 10 ** max(place, 0), max(-place, 0))
    fraction = trimmed(fraction, "." if trim == "." else "k").ljust(min_digits or 0, "0")
    if trim == "0" and not fraction:
        fraction = "0"
    return signed(x, sign, whole).rjust(pad_left) + "." + fraction.ljust(pad_right)


def scientific(x, form, precision=None, min_digits=None, trim="k", sign=False, pad_left=0, exp_digits=2, **_):
    v = abs(Fraction(float(x)))
    k, place = shortest(v, form) if v else (0, 0)
    count = len(str(k)) - 1
    wanted = count if precision is None else min(count, precision)
    if min_digits is not None:
        wanted = max(wanted, min_digits)
    if wanted != count and v:
        place = leading_place(v) - wanted  # the exact value's digits, also where the shortest ones were rounded up
        k = rounded(v, place)
        if len(str(k)) - 1 > wanted:
            k, place = k // 10, place + 1
    digits = str(k).ljust(wanted + 1, "0")
    exponent = place + len(str(k)) - 1 if v else 0
    fraction = trimmed(digits[1:], trim)
    point = "" if trim == "-" and not fraction else "."
    power = ("-" if exponent < 0 else "+") + str(abs(exponent)).rjust(max(exp_digits, 2), "0")
    return signed(x, sign, digits[0]).rjust(pad_left) + point + fraction + "e" + power


@contextmanager
def digits_of(form):
    saved = arrayprint.dragon4_positional, arrayprint.dragon4_scientific
    arrayprint.dragon4_positional = lambda x, **options: positional(x, form, **options)
    arrayprint.dragon4_scientific = lambda x, **options: scientific(x, form, **options)
    try:
        yield
    finally:
        arrayprint.dragon4_positional, arrayprint.dragon4_scientific = saved


def text(a, form=BFLOAT16):
    """`a`, whose elements are numbers of `form`, as NumPy would print it."""
    if a.ndim:
        with digits_of(form):
            return str(a)
    x = a[()]
    if not np.isfinite(x):
        return str(x)
    if x == 0 or 1e-4 <= abs(x) < 1e16:
        return positional(x, form, trim="0")
    return scientific(x, form, trim="-")


def verify():
    """Compares with NumPy on float16: every number, and random columns."""
    every = np.arange(65536, dtype=np.uint16).view(np.float16)
    for x in every:
        assert text(np.asarray(x), FLOAT16) == str(x), (text(np.asarray(x), FLOAT16), str(x))
    rng = np.random.default_rng(5)
    for _ in range(3000):
        column = rng.choice(every, rng.integers(1, 6))
        if rng.integers(2):
            column = (rng.standard_normal(4) * 10.0 ** rng.integers(-3, 4)).astype(np.float16)
        assert text(column, FLOAT16) == str(column), (text(column, FLOAT16), str(column))
