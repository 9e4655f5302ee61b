"""Writes the derived golden vectors of covariates, strata, planning, posteriors, counts, families and model quality beside
this file, from units one by one in exact fractions and 50-digit arithmetic, no code shared with the library. Needs Python 3
with mpmath; takes some seconds. Format the files with prettier afterwards. Usage: python3 derive_estimators.py [--help]"""

import argparse
import json
from fractions import Fraction

import mpmath as mp

from derive import HERE, confidence_critical, exact, t_critical, t_two_sided

ALPHA = 0.05

# Clicks, impressions, clicks before, impressions before, new unit.
CONTROL = [
    (2, 9, 3, 14, 0), (0, 4, 0, 3, 0), (5, 31, 6, 40, 0), (1, 8, 0, 0, 1), (0, 2, 1, 9, 0), (3, 17, 2, 12, 0),
    (1, 12, 1, 7, 0), (0, 5, 0, 0, 1), (4, 22, 5, 30, 0), (2, 10, 1, 6, 0), (1, 3, 0, 4, 0), (0, 7, 0, 11, 0),
]
TREATMENT = [
    (3, 10, 2, 13, 0), (1, 6, 0, 2, 0), (7, 35, 6, 36, 0), (2, 9, 0, 0, 1), (0, 1, 0, 5, 0), (4, 16, 3, 15, 0),
    (1, 5, 0, 0, 1), (6, 25, 4, 27, 0), (2, 12, 2, 10, 0), (1, 8, 1, 8, 0), (0, 3, 0, 1, 0),
]


def linearised(rows, quantity):
    """Value of the quantity and each unit's linearised contribution, which averages to 0."""
    numerator, denominator = quantity
    n = len(rows)
    m = [Fraction(row[numerator]) for row in rows]
    d = [Fraction(1) if denominator is None else Fraction(row[denominator]) for row in rows]
    value = sum(m) / sum(d)
    return value, [(a - value * b) * n / sum(d) for a, b in zip(m, d)]


def covariance(x, y):
    mx, my = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y)) / (len(x) - 1)


def solve(matrix, right):
    """Cramer's rule in fractions."""
    def det(m):
        if len(m) == 1:
            return m[0][0]
        return sum((-1) ** j * m[0][j] * det([row[:j] + row[j + 1 :] for row in m[1:]]) for j in range(len(m)))
    whole = det(matrix)
    return [det([row[:i] + [r] + row[i + 1 :] for row, r in zip(matrix, right)]) / whole for i in range(len(right))]


def roots_of_lift(ma, va, mt, vt, shared, q):
    """Lifts x - 1 where (mt - x ma)^2 = q^2 (vt - 2 x shared + x^2 va)."""
    a, b, c = ma**2 - q**2 * va, -2 * (ma * mt - q**2 * shared), mt**2 - q**2 * vt
    if a <= 0:
        return None
    low, high = sorted(mp.re(x) - 1 for x in mp.polyroots([a, b, c], maxsteps=200, extraprec=200))
    return {"low": float(low), "high": float(high)}


def effect(ma, va, mt, vt, shared, nu, n, planned):
    d, se = mt - ma, mp.sqrt(va + vt - 2 * shared)
    t = t_critical(ALPHA, nu)
    c, rho, k = confidence_critical(n, planned, ALPHA)
    r = mt / ma
    p = float(t_two_sided(d / se, nu))
    return {
        "absolute": {
            "difference": float(d), "standardError": float(se), "statistic": float(d / se), "degreesOfFreedom": float(nu),
            "p": p, "low": float(d - t * se), "high": float(d + t * se),
            "sequential": {"low": float(d - c * se), "high": float(d + c * se)},
        },
        "relative": {
            "lift": float(d / ma), "standardError": float(mp.sqrt(vt + r**2 * va - 2 * r * shared) / ma), "p": p,
            "interval": roots_of_lift(ma, va, mt, vt, shared, t),
            "sequential": roots_of_lift(ma, va, mt, vt, shared, c),
            "alwaysValidP": float(min(mp.mpf(1), mp.sqrt(k) * mp.exp(-(rho**2) * d**2 * n / (2 * k * se**2)))),
        },
    }


def cuped():
    cases = []
    for name, outcome, covariates in (
        ("mean clicks by clicks before", (0, None), [(2, None)]),
        ("mean clicks by clicks before and whether the unit is new", (0, None), [(2, None), (4, None)]),
        ("click rate by the click rate before", (0, 1), [(2, 3)]),
        ("click rate by the click rate and the impressions before", (0, 1), [(2, 3), (3, None)]),
    ):
        pooled = CONTROL + TREATMENT
        y = linearised(pooled, outcome)[1]
        xs = [linearised(pooled, covariate)[1] for covariate in covariates]
        theta = solve([[covariance(a, b) for b in xs] for a in xs], [covariance(a, y) for a in xs])
        arms = []
        for rows in (CONTROL, TREATMENT):
            value, own = linearised(rows, outcome)
            parts = [linearised(rows, covariate) for covariate in covariates]
            explained = [sum(th * x[i] for th, (_, x) in zip(theta, parts)) for i in range(len(rows))]
            arms.append({
                "n": len(rows), "value": value, "own": own, "explained": explained,
                "shift": sum(th * v for th, (v, _) in zip(theta, parts)),
                "adjusted": [a - b for a, b in zip(own, explained)],
            })
        a, b = arms
        va = covariance(a["own"], a["own"]) / a["n"]
        mt = b["value"] - b["shift"] + a["shift"]
        vt = covariance(b["adjusted"], b["adjusted"]) / b["n"] + covariance(a["explained"], a["explained"]) / a["n"]
        shared = covariance(a["own"], a["explained"]) / a["n"]
        wa, wb = (covariance(x["adjusted"], x["adjusted"]) / x["n"] for x in arms)
        nu = (wa + wb) ** 2 / (wa**2 / (a["n"] - 1) + wb**2 / (b["n"] - 1))
        numbers = [exact(x) for x in (a["value"], va, mt, vt, shared, nu)]
        cases.append({
            "name": name, "outcome": outcome, "covariates": covariates, "coefficients": [float(exact(x)) for x in theta],
            "expected": effect(*numbers, a["n"] + b["n"], 40),
        })
    return {
        "source": "Linearised units one by one in exact fractions, coefficients by Cramer's rule, Fieller's quadratic for"
        " correlated means with mpmath at 50 digits (derive_estimators.py). alpha is 0.05, 40 units are planned. Units are"
        " clicks, impressions, clicks before, impressions before, new.",
        "control": CONTROL, "treatment": TREATMENT, "plannedUnits": 40, "cases": cases,
    }


def stratified():
    phases = [
        {"control": CONTROL[:8], "treatment": TREATMENT[:3]},
        {"control": CONTROL[8:], "treatment": TREATMENT[3:]},
    ]
    total = len(CONTROL) + len(TREATMENT)
    cases = []
    for kind in ("mean", "ratio"):
        def weighted(arm, column):
            return sum(
                Fraction(len(p["control"]) + len(p["treatment"]), total)
                * (Fraction(1) if column is None else Fraction(sum(r[column] for r in p[arm]), len(p[arm])))
                for p in phases
            )
        means, variances, parts = [], [], []
        for arm in ("control", "treatment"):
            denominator = weighted(arm, 1 if kind == "ratio" else None)
            value = weighted(arm, 0) / denominator
            variance = Fraction(0)
            for p in phases:
                rows = p[arm]
                residuals = [Fraction(r[0]) - value * (r[1] if kind == "ratio" else 1) for r in rows]
                share = Fraction(len(p["control"]) + len(p["treatment"]), total) / denominator
                part = share**2 * covariance(residuals, residuals) / len(rows)
                variance += part
                parts.append(part**2 / (len(rows) - 1))
            means.append(value)
            variances.append(variance)
        nu = sum(variances) ** 2 / sum(parts)
        numbers = [exact(x) for x in (means[0], variances[0], means[1], variances[1], Fraction(0), nu)]
        cases.append({"kind": kind, "expected": effect(*numbers, total, 40)})
    return {
        "source": "Strata one by one in exact fractions, the rest as in cuped.json (derive_estimators.py). Units are clicks and"
        " impressions.",
        "phases": [{arm: [row[:2] for row in rows] for arm, rows in p.items()} for p in phases],
        "plannedUnits": 40, "cases": cases,
    }


def planning():
    power, units = [], []
    for mode in ("fixed", "sequential"):
        for alpha in (0.05, 0.01, 0.2):
            critical = -mp.sqrt(2) * mp.erfinv(mp.mpf(alpha) - 1) if mode == "fixed" else confidence_critical(7, 7, alpha)[0]
            chance = lambda e: mp.ncdf(e - critical) + mp.ncdf(-e - critical)
            for e in (0.0, 0.5, 1.574, 2.8015852, 5.0):
                power.append({"mode": mode, "alpha": alpha, "effect": e, "power": float(chance(mp.mpf(e)))})
            for target in (0.5, 0.8, 0.95):
                needed = mp.findroot(lambda e: chance(e) - mp.mpf(target), critical)
                variance = mp.mpf(4) / mp.mpf("0.3") + mp.mpf(9) / mp.mpf("0.7")
                units.append({
                    "mode": mode, "alpha": alpha, "power": target, "effect": float(needed),
                    "units": int(mp.ceil(variance * (needed / mp.mpf("0.21")) ** 2)),
                    "detectable": float(needed * mp.sqrt(variance / 5000)),
                })
    return {
        "source": "Normal tails and root finding with mpmath at 50 digits (derive_estimators.py). The arms have variances 4 and"
        " 9 and shares 0.3 and 0.7; `units` find an effect of 0.21, `detectable` is what 5000 units find.",
        "power": power, "units": units,
    }


def one_sided():
    cases = []
    for n, planned, alpha in ((20000, 20000, 0.05), (500, 20000, 0.025), (90000, 20000, 0.01)):
        doubled = mp.mpf(2 * alpha)
        rho2 = (-2 * mp.log(doubled) + mp.log(1 - 2 * mp.log(doubled))) / planned
        k = n * rho2 + 1
        boundary = lambda a: mp.sqrt(2 * k / (n * rho2) * mp.log(1 + mp.sqrt(k) / (2 * a)))
        p = [
            {"statistic": s, "p": float(mp.exp(mp.findroot(lambda x: boundary(mp.exp(x)) - s, (mp.mpf(-60), mp.mpf(-1)), solver="anderson", tol=1e-30, maxsteps=400)))}
            for s in (2.5, 3.0, 4.5)
        ]
        cases.append({"n": n, "plannedUnits": planned, "alpha": alpha, "criticalValue": float(boundary(mp.mpf(alpha))), "alwaysValid": [x for x in p if x["p"] < 1]})
    return {
        "source": "The one-sided boundary of arXiv 2103.06476 and its inverse by root finding with mpmath at 50 digits"
        " (derive_estimators.py).",
        "cases": cases,
    }


def posteriors():
    cases = []
    for d, se, m0, v0 in ((0.02, 0.015, 0.0, 0.05), (-1.3, 0.4, 0.5, 2.0), (0.0, 1.0, 0.0, 1.0), (0.3, 0.1, 0.0, 0.1)):
        numbers = [mp.mpf(x) for x in (d, se, m0, v0)]
        precision = 1 / numbers[1] ** 2 + 1 / numbers[3] ** 2
        mean = (numbers[0] / numbers[1] ** 2 + numbers[2] / numbers[3] ** 2) / precision
        deviation = 1 / mp.sqrt(precision)
        density = lambda x: mp.npdf(x, mean, deviation)
        edges = [mean + step * deviation for step in range(-12, 13, 2)]
        below = [0] + [x for x in sorted(edges, reverse=True) if x < 0]
        above = [0] + [x for x in sorted(edges) if x > 0]
        cases.append({
            "difference": d, "standardError": se, "prior": {"mean": m0, "deviation": v0},
            "expected": {
                "mean": float(mean), "deviation": float(deviation), "chanceToWin": float(mp.ncdf(mean / deviation)),
                "lossOfTreatment": float(mp.quad(lambda x: x * density(x), below)) if len(below) > 1 else 0.0,
                "lossOfControl": float(mp.quad(lambda x: x * density(x), above)) if len(above) > 1 else 0.0,
                "credible": {
                    "low": float(mean - mp.sqrt(2) * mp.erfinv(mp.mpf("0.95")) * deviation),
                    "high": float(mean + mp.sqrt(2) * mp.erfinv(mp.mpf("0.95")) * deviation),
                },
            },
        })
    return {
        "source": "Normal posterior; losses by numeric integration of the density with mpmath at 50 digits"
        " (derive_estimators.py). The credible interval has 95 %.",
        "cases": cases,
    }


def small_counts():
    z = mp.sqrt(2) * mp.erfinv(mp.mpf("0.95"))

    def wilson(x, n):
        p = mp.mpf(x) / n
        roots = mp.polyroots([1 + z**2 / n, -(2 * p + z**2 / n), p**2], maxsteps=200, extraprec=200)
        return sorted(mp.re(r) for r in roots)

    def exact_interval(x, n):
        tail = lambda p, ks: mp.fsum(mp.binomial(n, k) * p**k * (1 - p) ** (n - k) for k in ks)
        goal = mp.mpf("0.025")
        low = mp.mpf(0) if x == 0 else mp.findroot(lambda p: tail(p, range(x, n + 1)) - goal, (mp.mpf("1e-9"), mp.mpf(x) / n), solver="anderson", tol=1e-40, maxsteps=500)
        high = mp.mpf(1) if x == n else mp.findroot(lambda p: tail(p, range(0, x + 1)) - goal, (mp.mpf(x) / n, 1 - mp.mpf("1e-9")), solver="anderson", tol=1e-40, maxsteps=500)
        return low, high

    interval = lambda pair: {"low": float(pair[0]), "high": float(pair[1])}
    single = [
        {"successes": x, "units": n, "wilson": interval(wilson(x, n)), "clopperPearson": interval(exact_interval(x, n))}
        for x, n in ((81, 263), (15, 148), (0, 20), (1, 29), (20, 20), (3, 4000))
    ]
    pairs = []
    for control, treatment in (((48, 80), (56, 70)), ((3, 10), (9, 10)), ((2, 7), (6, 7)), ((0, 29), (5, 56)), ((4, 900), (11, 870))):
        pa, pb = (mp.mpf(x) / n for x, n in (control, treatment))
        (la, ua), (lb, ub) = wilson(*control), wilson(*treatment)
        qa, qb = (mp.mpf(x + 1) / (n + 2) for x, n in (control, treatment))
        reach = z * mp.sqrt(qa * (1 - qa) / (control[1] + 2) + qb * (1 - qb) / (treatment[1] + 2))
        pairs.append({
            "control": control, "treatment": treatment,
            "newcombe": interval((pb - pa - mp.sqrt((pb - lb) ** 2 + (ua - pa) ** 2), pb - pa + mp.sqrt((ub - pb) ** 2 + (pa - la) ** 2))),
            "agrestiCaffo": interval((max(mp.mpf(-1), qb - qa - reach), min(mp.mpf(1), qb - qa + reach))),
        })
    return {
        "source": "Score roots, exact binomial tails and their combinations with mpmath at 50 digits (derive_estimators.py); 95 %."
        " The counts up to 5/56 are those of Newcombe's papers of 1998.",
        "single": single, "pairs": pairs,
    }


def model_quality():
    # Predicted probabilities in 1e-9, log-loss in 1e-9 nats, clicks, impressions.
    units = [
        (310000000 * (1 + i % 4) + 1234567 * i, 150000000 * (2 + i % 5) + 7654321 * i, [0, 1, 0, 2, 1, 3, 0][i % 7], 4 + (3 * i) % 9)
        for i in range(160)
    ]
    ratio, residuals = linearised(units, (0, 2))
    variance = covariance(residuals, residuals)
    reach = t_critical(ALPHA, len(units) - 1) * mp.sqrt(exact(variance) / len(units))
    value = exact(ratio) / 10**9
    n = len(units)
    loss, clicks, shown = (mp.mpf(sum(u[c] for u in units)) for c in (1, 2, 3))

    def entropy(l, y, m):
        p = y / m
        return l * mp.mpf("1e-9") / m / -(p * mp.log(p) + (1 - p) * mp.log(1 - p))

    point = (loss / n, clicks / n, shown / n)
    gradient = [mp.diff(entropy, point, tuple(int(i == j) for j in range(3))) for i in range(3)]
    columns = [[Fraction(u[c]) for u in units] for c in (1, 2, 3)]
    own = sum(gradient[i] * gradient[j] * exact(covariance(columns[i], columns[j])) for i in range(3) for j in range(3))
    return {
        "source": "Exact fractions, numeric differentiation of the entropy ratio with mpmath at 50 digits"
        " (derive_estimators.py). Units are predicted probability and log-loss in 1e-9, clicks, impressions; alpha is 0.05.",
        "units": units,
        "calibration": {"ratio": float(value), "interval": {"low": float(value - reach / 10**9), "high": float(value + reach / 10**9)}},
        "normalisedEntropy": {"value": float(entropy(*point)), "variance": float(own)},
    }


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    for name, build in {
        "cuped": cuped,
        "stratified": stratified,
        "planning": planning,
        "one-sided-sequence": one_sided,
        "posteriors": posteriors,
        "small-counts": small_counts,
        "model-quality": model_quality,
    }.items():
        (HERE / f"{name}.json").write_text(json.dumps(build(), indent=2) + "\n")


if __name__ == "__main__":
    main()
