"""Simon's search over the 24 settings of the classic table: our search against plain loops in Python."""

import math
import time

from abscopal.design.simon import find_simon_designs

RATES = tuple((round(0.1 * step, 2) or 0.05, round((0.1 * step or 0.05) + 0.2, 2)) for step in range(8))
ERRORS = ((0.10, 0.90), (0.05, 0.80), (0.05, 0.90))
SLOW = (0.1, 0.3, 0.05, 0.80)
REPEATS = 3


def search_slowly(p0: float, p1: float, alpha: float, power: float, largest: int) -> float:
    """Fewest patients expected, by plain loops over every design up to `largest` patients."""

    def point(n: int, p: float) -> list[float]:
        return [math.comb(n, x) * p**x * (1 - p) ** (n - x) for x in range(n + 1)]

    least = math.inf
    for n in range(2, largest + 1):
        for n1 in range(1, n):
            stages = [(point(n1, p), point(n - n1, p)) for p in (p0, p1)]
            for r1 in range(n1):
                expected = n1 + (1 - sum(stages[0][0][: r1 + 1])) * (n - n1)
                for r in range(r1, n):
                    kept = [
                        sum(a[x] * sum(b[max(r - x + 1, 0) :]) for x in range(r1 + 1, n1 + 1))
                        for a, b in stages
                    ]
                    if kept[0] <= alpha and kept[1] >= power:
                        least = min(least, expected)
                        break
    return least


def run() -> list[tuple[str, str, str, str]]:
    """Time the whole table, and one setting of it against plain loops."""
    ours = float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        for p0, p1 in RATES:
            for alpha, power in ERRORS:
                find_simon_designs(p0, p1, alpha=alpha, power=power)
        ours = min(ours, time.perf_counter() - start)
    start = time.perf_counter()
    found = find_simon_designs(*SLOW[:2], alpha=SLOW[2], power=SLOW[3]).optimal
    one = time.perf_counter() - start
    start = time.perf_counter()
    least = search_slowly(*SLOW, largest=found.design.n)
    theirs = time.perf_counter() - start
    if not math.isclose(least, found.exact.expected_n_p0, abs_tol=1e-9):
        raise SystemExit("The two searches disagree: no speed to compare.")
    return [
        ("Simon, 24 settings of the classic table", f"{ours:.2f} s", "-", "goal 2 s"),
        ("Simon, one setting", f"{one:.3f} s", f"{theirs:.1f} s", f"{theirs / one:,.0f} x plain loops"),
    ]
