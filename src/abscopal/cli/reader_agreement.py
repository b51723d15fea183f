"""The line of `abscopal respond` that says how far the readers of a lesion table agree."""

from dataclasses import asdict, dataclass
from typing import Any

import dataframely as dy
import polars as pl

from abscopal.derivations.response.criterion import Criterion
from abscopal.derivations.response.explanations import Language
from abscopal.derivations.response.paired_readings import compute_scale, derive_paired_answers
from abscopal.derivations.response.reader_answers import derive_reader_answers
from abscopal.estimation.agreement import estimate_kappa
from abscopal.estimation.estimate import Estimate
from abscopal.evidence.typography import format_interval
from abscopal.tables.adam import ResponseAnalysis

SENTENCES = {
    "en": "Readers {first} and {second}: same best response in {same} of {patients} patients ({kappa}); "
    "progression on the same day, or seen by neither, in {dated}.",
    "fr": "Lecteurs {first} et {second} : même meilleure réponse chez {same} patients sur {patients} ({kappa}) ; "
    "progression le même jour, ou vue par aucun, chez {dated}.",
}
KAPPA = {"en": "weighted kappa {value}", "fr": "kappa pondéré {value}"}


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """How far two readers agree on the patients whom both have read."""

    first: str
    second: str
    patients: int
    same_best_response: int
    same_progression: int
    kappa: Estimate


def list_agreements(adrs: dy.DataFrame[ResponseAnalysis], *, criterion: Criterion) -> list[PairAgreement]:
    """Compare any two readers of a lesion table; with one reader there is nothing to compare.

    Args:
        adrs: responses, reader by reader.
        criterion: the response criterion.

    Returns:
        One entry per pair of readers who have read a patient in common. Kappa has linear weights and leaves out
        patients not evaluable for either.
    """
    pairs = derive_paired_answers(derive_reader_answers(adrs, criterion=criterion.name))
    scale = compute_scale(criterion)
    found = []
    for (first, second), rows in pairs.partition_by("FIRST", "SECOND", as_dict=True).items():
        placed = rows.filter(pl.col("RESP1").is_in(list(scale)) & pl.col("RESP2").is_in(list(scale)))
        found.append(
            PairAgreement(
                str(first),
                str(second),
                patients=rows.height,
                same_best_response=int(rows["RESP1"].eq_missing(rows["RESP2"]).sum()),
                same_progression=int(rows["PDDT1"].eq_missing(rows["PDDT2"]).sum()),
                kappa=estimate_kappa(
                    placed["RESP1"].to_list(), placed["RESP2"].to_list(), scale=scale, weights="linear"
                ),
            )
        )
    return sorted(found, key=lambda pair: (pair.first, pair.second))


def say_agreement(pair: PairAgreement, *, language: Language) -> str:
    """One pair of readers in a sentence.

    Example:
        >>> kappa = Estimate(0.75, 0.4, 1.0, 0.95, 9, 7, "weighted kappa", "kappa")
        >>> say_agreement(PairAgreement("A", "B", 10, 7, 8, kappa), language="en")
        'Readers A and B: same best response in 7 of 10 patients (weighted kappa 0.75 (95% CI 0.40–1.00), n = 9); \
progression on the same day, or seen by neither, in 8.'
    """
    found = pair.kappa
    value = format_interval(
        found.estimate,
        found.lower,
        found.upper,
        language=language,
        level=found.level,
        scale="number",
        decimals=2,
    )
    return SENTENCES[language].format(
        first=pair.first,
        second=pair.second,
        same=pair.same_best_response,
        patients=pair.patients,
        dated=pair.same_progression,
        kappa=f"{KAPPA[language].format(value=value)}, n = {found.n}",
    )


def list_agreement_rows(pairs: list[PairAgreement]) -> list[dict[str, Any]]:
    """The same for a machine."""
    return [asdict(pair) for pair in pairs]
