# tests/math/make_coefficients.py -- writes the polynomials of hull/math's error functions, gamma functions and i0
# SPDX-License-Identifier: Apache-2.0
#
# Usage: python3 make_coefficients.py [part of a name]..., with mpmath 1.3 or newer (and gmpy2, for minutes instead of hours).
# Each polynomial is minimax for the relative error, by Remez' exchange on a grid, in 50 digits; its coefficients are
# then rounded to the type. "low" is what the rounding of the leading one leaves.
import sys

from mpmath import (atanh, besseli, cos, cot, digamma, erfc, erfinv, exp, expm1, findroot, hyp1f1, log, loggamma,
                    lu_solve, matrix, mp, mpf, pi, psi, sin, sinc, sqrt)

mp.dps = 60


def interpolant(f, a, b, n):
    """f through n Chebyshev points, by the barycentric formula: f itself is slow."""
    x = [(a + b) / 2 + (b - a) / 2 * cos(pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    y = [f(v) for v in x]
    weight = [(-1) ** k * sin(pi * (2 * k + 1) / (2 * n)) for k in range(n)]

    def at(v):
        if v in x:
            return y[x.index(v)]
        terms = [w / (v - p) for w, p in zip(weight, x)]
        return sum(t * q for t, q in zip(terms, y)) / sum(terms)

    return at


def value(coefficients, x):
    total = mpf(0)
    for c in reversed(coefficients):
        total = total * x + c
    return total


def remez(f, a, b, n, points):
    """The n coefficients with the least relative error on [a, b], and that error."""
    a, b = mpf(a), mpf(b)
    near = interpolant(f, a, b, points)
    last = 24 * n
    grid = [(a + b) / 2 - (b - a) / 2 * cos(pi * k / last) for k in range(last + 1)]
    truth = [near(x) for x in grid]
    chosen = [round(k * last / n) for k in range(n + 1)]
    for _ in range(6):
        system, right = matrix(n + 1, n + 1), matrix(n + 1, 1)
        for row, k in enumerate(chosen):
            for column in range(n):
                system[row, column] = grid[k] ** column
            system[row, n] = (-1) ** row * abs(truth[k])
            right[row] = truth[k]
        solution = lu_solve(system, right)
        coefficients = [solution[k] for k in range(n)]
        error = [(value(coefficients, x) - t) / abs(t) for x, t in zip(grid, truth)]
        runs = [[0]]
        for k in range(1, last + 1):
            if (error[k] > 0) == (error[runs[-1][-1]] > 0):
                runs[-1].append(k)
            else:
                runs.append([k])
        extrema = [max(run, key=lambda k: abs(error[k])) for run in runs]
        if len(extrema) < n + 1:
            break
        while len(extrema) > n + 1:
            extrema.pop(0 if abs(error[extrema[0]]) < abs(error[extrema[-1]]) else -1)
        if extrema == chosen:
            break
        chosen = extrema
    return coefficients, max(abs(e) for e in error)


def rounded(v, bits):
    with mp.workprec(bits):
        return +mpf(v)


def literal(v, bits):
    mantissa, exponent = float(rounded(v, bits)).hex().split("p")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return mantissa + "p" + str(int(exponent)) + ("f" if bits == 24 else "")


def polynomial(name, f, a, b, bits, goal, points=80):
    if len(sys.argv) > 1 and not any(word in name for word in sys.argv[1:]):
        return
    for n in range(3, 31):
        coefficients, error = remez(f, a, b, n, points)
        if error < mpf(2) ** goal:
            break
    low = literal(coefficients[0] - rounded(coefficients[0], bits), bits)
    print(f"{name}, f{32 if bits == 24 else 64}: {n} terms, error 2^{float(log(error, 2)):.1f}, low {low}")
    print("  " + ", ".join(literal(c, bits) for c in coefficients), flush=True)


TINY = mpf(10) ** -25
for bits in (53, 24):
    f64 = bits == 53
    goal = -58 if f64 else -28
    polynomial("erf(x) / x over x^2", lambda z: 2 / sqrt(pi) * hyp1f1(mpf(1) / 2, mpf(3) / 2, -z), 0, 0.25, bits, goal - 4, 30)

    k, end = (mpf(4), mpf("27.5")) if f64 else (mpf(2), mpf("10.2"))

    def scaled_erfc(t):
        x = k * (1 + t) / (1 - t)
        return (1 + 2 * x) * exp(x * x) * erfc(x)

    polynomial("(1 + 2x) exp(x^2) erfc(x) over (x - k) / (x + k)", scaled_erfc, (0.5 - k) / (0.5 + k), (end - k) / (end + k),
               bits, goal)

    def inverse(w):
        x = sqrt(-expm1(-w))
        return erfinv(x) / x if w else sqrt(pi) / 2

    polynomial("erfinv(x) / x over x^2", lambda z: erfinv(sqrt(z)) / sqrt(z), TINY, 0.5, bits, goal)
    if f64:
        polynomial("erfinv(x) / x over w - 3.125", lambda r: inverse(r + 3.125), -3.125, 3.125, bits, goal)
        polynomial("erfinv(x) / x over sqrt(w) - 3.25", lambda r: inverse((r + 3.25) ** 2), -0.75, 0.75, bits, goal)
        polynomial("erfinv(x) / x over sqrt(w) - 5", lambda r: inverse((r + 5) ** 2), -1, sqrt(mpf("36.8")) - 5, bits, goal)
    else:
        polynomial("erfinv(x) / x over w - 2.5", lambda r: inverse(r + 2.5), -2.5, 2.5, bits, goal)
        polynomial("erfinv(x) / x over sqrt(w) - 3", lambda r: inverse((r + 3) ** 2), sqrt(mpf(5)) - 3,
                   sqrt(mpf("16.7")) - 3, bits, goal)

    least = mpf(8 if f64 else 4)

    def stirling(u):
        y = 1 / sqrt(u)
        return (loggamma(y) - (y - mpf(1) / 2) * log(y) + y - log(2 * pi) / 2) * y

    def digamma_tail(u):
        y = 1 / sqrt(u)
        return (log(y) - 1 / (2 * y) - digamma(y)) * y * y

    polynomial("stirling over 1 / y^2", stirling, mpf(10) ** -12, 1 / least**2, bits, -56 if f64 else -28, 40)
    polynomial("digamma over 1 / y^2", digamma_tail, mpf(10) ** -12, 1 / least**2, bits, -53 if f64 else -26, 40)
    polynomial("(sinc(pi r) - 1) / r^2 over r^2", lambda u: (sinc(pi * sqrt(u)) - 1) / u, TINY, 0.25, bits, goal - 2, 30)
    polynomial("(pi cot(pi r) - 1 / r) / r over r^2", lambda u: (pi * cot(pi * sqrt(u)) - 1 / sqrt(u)) / sqrt(u), TINY, 0.25,
               bits, goal, 60)
    reach = mpf(1) / 16
    for zero in (1, 2):
        polynomial(f"lgamma({zero} + d) / d over d", lambda d: loggamma(zero + d) / d if abs(d) > TINY else digamma(mpf(zero)),
                   -reach, reach, bits, goal, 31)
    zero = findroot(digamma, mpf("1.4616321449683623"))
    polynomial("digamma(zero + d) / d over d", lambda d: digamma(zero + d) / d if abs(d) > TINY else psi(1, zero), -reach,
               reach, bits, goal, 31)

    def atanh_tail(z):
        s = sqrt(z)
        return (2 * atanh(s) - 2 * s) / s**3

    polynomial("(2 atanh(s) - 2 s) / s^3 over s^2", atanh_tail, mpf(10) ** -16, mpf("0.02947"), bits, goal, 30)

    if f64:
        def power_tail(z):
            s = sqrt(z)
            return (2 * atanh(s) - 2 * s - 2 * s**3 / 3) / s**5

        polynomial("(2 atanh(s) - 2 s - 2/3 s^3) / s^5 over s^2", power_tail, mpf(10) ** -9, mpf("0.02947"), bits, goal + 1, 30)

    polynomial("(2^r - 1) / r over r", lambda r: expm1(r * log(mpf(2))) / r if r else log(mpf(2)), -0.5, 0.5, bits,
               goal + 2, 30)

    polynomial("(i0(x) - 1) / a over a = x^2 / 4", lambda a: (besseli(0, 2 * sqrt(a)) - 1) / a, mpf(10) ** -14, 16, bits,
               goal - 1, 40)

    def scaled_bessel(t):
        x = 16 / (t + 1)
        return sqrt(x) * exp(-x) * besseli(0, x)

    polynomial("sqrt(x) exp(-x) i0(x) over 16 / x - 1", scaled_bessel, 16 / mpf(720 if f64 else 95) - 1, 1, bits, goal)
