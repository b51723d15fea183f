"""How the endpoints move with the parameters over the ensemble: rank correlations, never causes."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import spearmanr

from abscopal.evidence.credibility_report import Sensitivity
from abscopal.evidence.rehearsal_tables import CharacteristicRow
from abscopal.protocol.text import Text

FEWEST_DRAWS = 10
ENDPOINTS = ("severe_rate", "response_rate", "injected_lesion_rate", "distant_lesion_rate")


def compute_sensitivities(
    rows: Sequence[CharacteristicRow],
    medians: Mapping[int, Mapping[str, float]],
    *,
    texts: Mapping[str, Text],
) -> tuple[Sensitivity, ...]:
    """Correlate the mean of each endpoint under a draw with the parameters of that draw, by ranks.

    Args:
        rows: operating characteristics of one design, those of single draws among them.
        medians: parameters by draw.
        texts: what each parameter is; others stand under their own name.

    Returns:
        One correlation for each endpoint and parameter that varies; nothing under ten draws.

    Example:
        >>> rows = [CharacteristicRow("planned", str(n), "severe_rate.IT.mean", n / 20, None, None, 9, "proportion")
        ...         for n in range(10)]
        >>> found = compute_sensitivities(rows, {n: {"kmax": 2.0**n} for n in range(10)}, texts={})
        >>> [(item.quantity, item.parameter, round(item.correlation, 6)) for item in found]
        [('severe_rate.IT.mean', 'kmax', 1.0)]
    """
    found = []
    for quantity in dict.fromkeys(row.quantity for row in rows):
        if quantity.split(".")[0] not in ENDPOINTS or not quantity.endswith(".mean"):
            continue
        means = {
            int(row.draw): row.estimate
            for row in rows
            if row.quantity == quantity and row.draw.isdigit() and row.estimate is not None
        }
        draws = sorted(set(means) & set(medians))
        if len(draws) < FEWEST_DRAWS:
            continue
        outcome = [means[draw] for draw in draws]
        for name in medians[draws[0]]:
            values = [medians[draw][name] for draw in draws]
            if np.ptp(values) == 0 or np.ptp(outcome) == 0:
                continue
            correlation = float(spearmanr(values, outcome).statistic)
            text = texts.get(name, Text(en=name, fr=name))
            found.append(Sensitivity(quantity, name, text, correlation, len(draws)))
    return tuple(found)
