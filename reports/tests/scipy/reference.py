"""Computes with numpy and scipy what `reports/tests/scipy.rs` compares the statistics with.

Writes `reference.json` beside itself. To make it again:

    python -m pip install -r reports/tests/scipy/requirements.txt
    python reports/tests/scipy/reference.py
"""

import json
import platform
from pathlib import Path

import numpy as np
import scipy
from scipy import optimize, special, stats

RESAMPLES = 50_000
CONFIDENCE = 0.95
FAMILY_ERROR = 0.01  # of `stats::verdict`

Builds = list[list[list[float]]]


def flat(samples: list[float]) -> dict:
    """One sample a process: the bootstrap of the median as scipy has it."""
    logs = np.log(samples)
    result = stats.bootstrap(
        (logs,), np.median, n_resamples=RESAMPLES, method="basic", rng=np.random.default_rng(1)
    )
    count = len(samples)
    # Drawing n of n shows (n - 1) / n of the variance.
    error = float(result.standard_error) * (count / (count - 1)) ** 0.5
    return {"samples": samples, **interval(float(np.median(logs)), error, count - 1)}


def nested(builds: Builds) -> dict:
    """Samples in processes in builds, level by level."""
    logs = [[np.log(pairs) for pairs in build] for build in builds]
    processes = [pairs for build in logs for pairs in build]
    rng = np.random.default_rng(2)

    def pooled_median(*samples: np.ndarray, axis: int) -> np.ndarray:
        return np.median(np.concatenate(samples, axis=axis), axis=axis)

    # Scipy draws anew within each of several samples, which is what drawing pairs alone does.
    pair = (
        stats.bootstrap(
            processes,
            pooled_median,
            n_resamples=RESAMPLES,
            method="basic",
            vectorized=True,
            rng=rng,
        ).standard_error
        ** 2
    )
    process = variance_of_medians(logs, rng, draw_builds=False)
    build = variance_of_medians(logs, rng, draw_builds=True) if len(logs) > 1 else process

    samples, units = sum(map(len, processes)), len(processes)
    components = [(pair, samples - units)]
    if units > len(logs):
        left = units - len(logs)
        components.append((max(process - pair, 0.0) * units / left, left))
    if len(logs) > 1:
        left = len(logs) - 1
        components.append((max(build - process, 0.0) * len(logs) / left, left))
    total = sum(variance for variance, _ in components)
    welch = total**2 / sum(variance**2 / degrees for variance, degrees in components)
    center = float(np.median(np.concatenate(processes)))
    return {"builds": builds, **interval(center, float(total**0.5), min(welch, units - 1))}


def variance_of_medians(
    logs: list[list[np.ndarray]], rng: np.random.Generator, *, draw_builds: bool
) -> float:
    """Draws (builds, then) processes, then pairs."""
    medians = []
    for _ in range(RESAMPLES):
        drawn = rng.choice(len(logs), len(logs)) if draw_builds else range(len(logs))
        pairs = [
            rng.choice(logs[build][process], len(logs[build][process]))
            for build in drawn
            for process in rng.choice(len(logs[build]), len(logs[build]))
        ]
        medians.append(np.median(np.concatenate(pairs)))
    return float(np.var(medians, ddof=1))


def interval(center: float, error: float, degrees: float) -> dict:
    reach = stats.t.ppf((1 + CONFIDENCE) / 2, degrees) * error
    return {
        "median": float(np.exp(center)),
        "low": float(np.exp(center - reach)),
        "high": float(np.exp(center + reach)),
        "standard_error": error,
        "degrees": float(degrees),
    }


def table(rows: list[tuple[float, float, float]]) -> dict:
    """The intervals of a table of (ratio, standard error, degrees) whose rows share variances."""
    variance = np.array([error**2 for _, error, _ in rows])
    degrees = np.array([degrees for *_, degrees in rows])
    logs = np.log(variance) - special.digamma(degrees / 2) + np.log(degrees / 2)
    excess = np.var(logs, ddof=1) - np.mean(special.polygamma(1, degrees / 2))
    if excess > 0:
        half = optimize.brentq(lambda x: special.polygamma(1, x) - excess, 1e-3, 1e6)
        prior = np.exp(np.mean(logs) + special.digamma(half) - np.log(half))
        shared = (2 * half * prior + degrees * variance) / (2 * half + degrees)
        gained = np.minimum(degrees + 2 * half, degrees.sum())
    else:
        shared = np.full_like(variance, np.exp(np.mean(logs)))
        gained = np.full_like(degrees, degrees.sum())
    errors = np.sqrt(np.maximum(shared, variance))
    return {"shares": bool(excess > 0), "rows": intervals(rows, errors, gained)}


def small_table(rows: list[tuple[float, float, float]]) -> dict:
    """The intervals of a table too small to share anything."""
    errors = np.array([error for _, error, _ in rows])
    degrees = np.array([degrees for *_, degrees in rows])
    return {"shares": False, "rows": intervals(rows, errors, degrees)}


def intervals(
    rows: list[tuple[float, float, float]], errors: np.ndarray, gained: np.ndarray
) -> list[dict]:
    own = stats.t.ppf((1 + CONFIDENCE) / 2, gained) * errors
    corrected = stats.t.isf(FAMILY_ERROR / len(rows) / 2, gained) * errors
    return [
        {
            "ratio": ratio,
            "standard_error": error,
            "degrees": degrees,
            "high": float(ratio * np.exp(own[at])),
            "corrected_low": float(ratio * np.exp(-corrected[at])),
        }
        for at, (ratio, error, degrees) in enumerate(rows)
    ]


def ratios(rng: np.random.Generator, count: int, *, pair: float, level: float = 0.0) -> list[float]:
    return [float(x) for x in np.exp(level + rng.standard_t(4, count) * pair).round(6)]


def cases() -> dict:
    rng = np.random.default_rng(20)
    processes = [
        [ratios(rng, 20, pair=pair, level=rng.normal(0, process)) for _ in range(count)]
        for count, pair, process in ((5, 0.03, 0.01), (6, 0.002, 0.02), (6, 0.03, 0.0))
    ]
    uneven = [ratios(rng, count, pair=0.02, level=rng.normal(0, 0.01)) for count in (3, 8, 15, 21)]
    builds = [
        [ratios(rng, 12, pair=0.01, level=shift + rng.normal(0, 0.004)) for _ in range(3)]
        for shift in (0.01, -0.01)
    ]
    alike = [
        (float(rng.normal(1, 0.02)), float(0.01 * (rng.chisquare(4) / 4) ** 0.5), 4.0)
        for _ in range(30)
    ]
    unlike = [
        (ratio, error * float(np.exp(rng.normal(0, 1))), float(rng.uniform(2, 5)))
        for ratio, error, _ in alike
    ]
    return {
        "flat": [flat(ratios(rng, count, pair=0.02)) for count in (5, 20, 51, 200)],
        "nested": [nested([case]) for case in (*processes, uneven)] + [nested(builds)],
        "tables": [small_table(alike[:1]), small_table(unlike[:9]), table(alike), table(unlike)],
    }


def main() -> None:
    versions = {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }
    text = json.dumps({"versions": versions, **cases()}, indent=1)
    Path(__file__).with_name("reference.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
