"""Writes the derived golden vectors beside this file: exact fractions and 50-digit arithmetic, no code shared with the
library. Needs Python 3 with mpmath; takes about half a minute. Format the files with prettier afterwards. Usage: python3 derive.py [--help]"""

import argparse
import json
import pathlib
from fractions import Fraction

import mpmath as mp

mp.mp.dps = 50
HERE = pathlib.Path(__file__).parent


def exact(fraction):
    return mp.mpf(fraction.numerator) / mp.mpf(fraction.denominator)


def t_two_sided(statistic, nu):
    """Integral of the Student density over both tails, substituting x = sqrt(nu) sinh(v / sqrt(nu))."""
    nu, statistic = mp.mpf(nu), abs(mp.mpf(statistic))
    root = mp.sqrt(nu)
    constant = mp.exp(mp.loggamma((nu + 1) / 2) - mp.loggamma(nu / 2)) / mp.sqrt(nu * mp.pi)
    start = root * mp.asinh(statistic / root)
    points = [start + step for step in (0, 1, 2, 4, 8, 16, 32, 64, 128)]
    return 2 * constant * mp.quad(lambda v: mp.cosh(v / root) ** -nu, points)


def t_critical(alpha, nu):
    miss = lambda log_t: mp.log(t_two_sided(mp.exp(log_t), nu)) - mp.log(mp.mpf(alpha))
    return mp.exp(mp.findroot(miss, (mp.mpf(-2), mp.mpf(20)), solver="anderson", tol=1e-40, maxsteps=400))


def special_functions():
    cases = []

    def add(name, arguments, expected):
        cases.append({"function": name, "arguments": arguments, "expected": float(expected)})

    for z in (-10.0, -5.0, -1.96, -0.1, 0.0, 0.3, 1.0, 2.7, 6.0):
        add("normalCdf", [z], mp.ncdf(mp.mpf(z)))
    for p in (1e-20, 1e-5, 0.025, 0.3, 0.5, 0.7, 0.975, 0.99999):
        add("normalQuantile", [p], -mp.sqrt(2) * mp.erfinv(1 - 2 * mp.mpf(p)))
    for nu in (1.0, 2.0, 3.5, 17.776, 99.0, 12345.6, 1e6, 1e9):
        for t in (0.001, 0.5, 1.96, 3.04, 8.0):
            add("studentTwoSidedP", [t, nu], t_two_sided(t, nu))
        for alpha in (1e-6, 0.01, 0.05, 0.5):
            add("studentCriticalValue", [alpha, nu], t_critical(alpha, nu))
    for t, nu in ((-2.5, 7.0), (0.0, 4.0), (1.2, 30.5)):
        tail = t_two_sided(t, nu) / 2
        add("studentCdf", [t, nu], tail if t < 0 else 1 - tail)
    for nu in (1.0, 2.0, 3.0, 10.0):
        for x in (0.01, 1.0, 3.84, 10.83, 200.0):
            add("chiSquareUpperTail", [x, nu], mp.gammainc(mp.mpf(nu) / 2, mp.mpf(x) / 2, mp.inf, regularized=True))
    for x in (1e-3, 0.25, 0.5, 1.5, 2.5, 7.0, 15.9, 16.0, 33.3, 100.0, 1e5, 1e9):
        add("logGamma", [x], mp.loggamma(mp.mpf(x)))
    return {
        "source": "Definitions evaluated with mpmath at 50 digits (derive.py): error and gamma functions, the Student tail"
        " by numeric integration of its density and its quantile by root finding on that integral.",
        "cases": cases,
    }


def mean_arm(values):
    n = len(values)
    mean = Fraction(sum(values), n)
    return {"n": n, "value": mean, "variance": sum((v - mean) ** 2 for v in values) / (n - 1)}


def ratio_arm(pairs):
    """Sample variance of the linearised residuals (m - R d) / mean(d); the delta method."""
    n = len(pairs)
    ratio = Fraction(sum(m for m, _ in pairs), sum(d for _, d in pairs))
    mean_d = Fraction(sum(d for _, d in pairs), n)
    return {"n": n, "value": ratio, "variance": sum(((m - ratio * d) / mean_d) ** 2 for m, d in pairs) / (n - 1)}


def proportion_arm(successes, n):
    p = Fraction(successes, n)
    return {"n": n, "value": p, "variance": p * (1 - p)}


def bernoulli_mean_arm(successes, n):
    arm = proportion_arm(successes, n)
    return {**arm, "variance": arm["variance"] * n / (n - 1)}


def confidence_critical(n, planned, alpha):
    alpha = mp.mpf(alpha)
    rho = mp.sqrt((-2 * mp.log(alpha) + mp.log(1 - 2 * mp.log(alpha))) / mp.mpf(planned))
    n = mp.mpf(n)
    k = n * rho**2 + 1
    return mp.sqrt(n) * mp.sqrt(2 * k / (n * rho) ** 2 * mp.log(mp.sqrt(k) / alpha)), rho, k


def fieller(ma, va, mb, vb, q):
    """Solves (mb - x ma)^2 = q^2 (vb + x^2 va) for x, then turns ratios into lifts."""
    if q * q * va >= ma * ma:
        return None
    roots = mp.polyroots([ma**2 - q**2 * va, -2 * ma * mb, mb**2 - q**2 * vb], maxsteps=200, extraprec=200)
    lifts = sorted((x - 1 if ma > 0 else 1 - x) for x in map(mp.re, roots))
    return {"low": float(lifts[0]), "high": float(lifts[1])}


def fieller_cases():
    """Means of either sign, with the critical values as given."""
    cases = []
    for pair in ((-32.375, 3.9, -24.2857, 5.5), (2.0, 0.01, 2.5, 0.02), (0.031, 2e-7, 0.0314, 2.1e-7), (-4.0, 0.5, 1.0, 0.3)):
        for q in (1.96, 3.04, 0.5):
            numbers = [mp.mpf(x) for x in pair] + [mp.mpf(q)]
            cases.append({"pair": pair, "criticalValue": q, "expected": fieller(*numbers)})
    return {
        "source": "Roots of Fieller's quadratic with mpmath at 50 digits (derive.py). A pair is the control mean, its variance,"
        " the treatment mean, its variance.",
        "cases": cases,
    }


def compare(control, treatment, planned, alpha="0.05"):
    ma, mb = exact(control["value"]), exact(treatment["value"])
    va, vb = exact(control["variance"] / control["n"]), exact(treatment["variance"] / treatment["n"])
    na, nb = control["n"], treatment["n"]
    alpha_double = float(alpha)
    d, se = mb - ma, mp.sqrt(va + vb)
    nu = (va + vb) ** 2 / (va**2 / (na - 1) + vb**2 / (nb - 1))
    t = t_critical(alpha_double, nu)
    c, rho, k = confidence_critical(na + nb, planned, alpha_double)
    n = na + nb
    always = min(mp.mpf(1), mp.sqrt(k) * mp.exp(-(rho**2) * d**2 * n / (2 * k * se**2)))
    p = t_two_sided(d / se, nu)
    return {
        "absolute": {
            "difference": float(d),
            "standardError": float(se),
            "statistic": float(d / se),
            "degreesOfFreedom": float(nu),
            "p": float(p),
            "low": float(d - t * se),
            "high": float(d + t * se),
            "sequential": {"low": float(d - c * se), "high": float(d + c * se)},
        },
        "relative": {
            "lift": float(d / abs(ma)),
            "standardError": float(mp.sqrt(vb / ma**2 + va * mb**2 / ma**4)),
            "p": float(p),
            "interval": fieller(ma, va, mb, vb, t) if ma > 0 else None,
            "sequential": fieller(ma, va, mb, vb, c) if ma > 0 else None,
            "alwaysValidP": float(always),
        },
    }


def comparisons():
    sleep = (
        [7, -16, -2, -12, -1, 34, 37, 8, 0, 20],
        [19, 8, 11, 1, -1, 44, 55, 16, 46, 34],
    )
    money = (
        [0, 0, 1250000, 0, 310000, 99000, 0, 870000, 2500000, 640000, 510000, 1120000],
        [450000, 0, 1990000, 760000, 0, 1430000, 2210000, 130000, 905000, 3300000],
    )
    clicks = (
        [(0, 3), (1, 10), (0, 1), (2, 25), (4, 31), (1, 8), (0, 12), (3, 20), (1, 5), (0, 2), (6, 44), (2, 17)],
        [(1, 4), (2, 9), (0, 2), (5, 30), (1, 6), (0, 1), (4, 22), (3, 15), (7, 40), (1, 11), (2, 13)],
    )
    losing = ([-30, -41, -25, -38, -29, -33, -36, -27], [-20, -31, -15, -33, -24, -28, -19])
    cases = []

    def add(name, kind, control, treatment, estimator, planned):
        arms = [estimator(control), estimator(treatment)]
        cases.append(
            {
                "name": name,
                "kind": kind,
                "control": control,
                "treatment": treatment,
                "plannedUnits": planned,
                "estimates": [{"value": float(exact(a["value"])), "variance": float(exact(a["variance"]))} for a in arms],
                "expected": compare(*arms, planned),
            }
        )

    add("sleep data, tenths of an hour", "mean", *sleep, mean_arm, 40)
    add("revenue micros", "mean", *money, mean_arm, 5000)
    add("clicks over impressions", "ratio", *clicks, ratio_arm, 23)
    add("a mean below zero", "mean", *losing, mean_arm, 30)
    add("46 and 69 of 10000 as proportions", "proportion", [46, 10000], [69, 10000], lambda a: proportion_arm(*a), 20000)
    add("20 and 42 of 5000 as means", "bernoulliMean", [20, 5000], [42, 5000], lambda a: bernoulli_mean_arm(*a), 50000)
    return {
        "source": "Estimators in exact fractions (the ratio by linearised residuals), tests, Fieller roots and confidence"
        " sequence with mpmath at 50 digits (derive.py). alpha is 0.05. The sleep data are R's data set `sleep`.",
        "cases": cases,
    }


def confidence_sequence():
    cases = []
    for n, planned, alpha in ((20000, 20000, 0.05), (100, 20000, 0.05), (1000000, 20000, 0.05), (5000, 8000, 0.01), (777, 333, 0.2)):
        c, rho, k = confidence_critical(n, planned, alpha)
        always = [
            {"statistic": s, "p": float(min(mp.mpf(1), mp.sqrt(k) * mp.exp(-(rho**2) * mp.mpf(s) ** 2 * n / (2 * k))))}
            for s in (0.0, 1.0, 2.5, 4.0, 9.0)
        ]
        cases.append({"n": n, "plannedUnits": planned, "alpha": alpha, "criticalValue": float(c), "alwaysValid": always})
    return {"source": "The boundary of arXiv 2103.06476 and its inverse in p, evaluated with mpmath at 50 digits (derive.py).", "cases": cases}


def sample_ratio():
    cases = []
    for counts, weights in (
        ([100000, 100000], [1, 1]),
        ([102000, 98000], [1, 1]),
        ([315, 108, 101, 32], [9, 3, 3, 1]),
        ([0, 12], [1, 1]),
        ([1, 0, 0], [0.5, 0.3, 0.2]),
        ([4500, 40500, 5100], [1, 8, 1]),
        ([1000030000, 999970000], [1, 1]),
    ):
        total, weight = sum(counts), sum(mp.mpf(w) for w in weights)
        shares = [mp.mpf(w) / weight for w in weights]
        chi = sum((x - total * w) ** 2 / (total * w) for x, w in zip(counts, shares))
        concentration = mp.mpf(100)
        log = mp.loggamma(concentration) - mp.loggamma(concentration + total)
        for x, w in zip(counts, shares):
            log += mp.loggamma(concentration * w + x) - mp.loggamma(concentration * w) - x * mp.log(w)
        cases.append(
            {
                "counts": counts,
                "weights": weights,
                "statistic": float(chi),
                "degreesOfFreedom": len(counts) - 1,
                "p": float(mp.gammainc(mp.mpf(len(counts) - 1) / 2, chi / 2, mp.inf, regularized=True)),
                "logBayesFactor": float(log),
            }
        )
    return {
        "source": "Pearson's statistic with its incomplete-gamma tail, and the Dirichlet-multinomial over multinomial"
        " likelihood by log-gammas, with mpmath at 50 digits (derive.py). 315:108:101:32 are Mendel's peas.",
        "cases": cases,
    }


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    for name, build in {
        "special-functions": special_functions,
        "comparisons": comparisons,
        "fieller": fieller_cases,
        "confidence-sequence": confidence_sequence,
        "sample-ratio": sample_ratio,
    }.items():
        (HERE / f"{name}.json").write_text(json.dumps(build(), indent=2) + "\n")


if __name__ == "__main__":
    main()
