"""The set of distant effect asks for a lesion that is measurable by the study's own least sizes."""

from functools import cache
from typing import Any

import polars as pl

from abscopal.cli.demo import find_demonstration
from abscopal.derivations.response.injected_lesions import derive_injected_at_start
from abscopal.derivations.response.settings import ResponseSettings
from abscopal.evidence.analysis import Analysis, run_analysis
from abscopal.evidence.analysis_plan import plan_analysis
from abscopal.exchange.table_folders import read_tables
from abscopal.protocol.reading import read_study
from abscopal.tables.admission import admit_tables


@cache
def analyse(*, diameter: float | None, node: float | None) -> Analysis:
    study, folder = find_demonstration()
    protocol = read_study(study).protocol
    rules = protocol.lesions
    lesions = rules.model_copy(
        update={
            "minimum_diameter_mm": rules.minimum_diameter_mm.model_copy(update={"value": diameter}),
            "minimum_node_short_axis_mm": rules.minimum_node_short_axis_mm.model_copy(update={"value": node}),
        }
    )
    admission = admit_tables(read_tables(folder).tables, ctcae_version=None)
    plan = plan_analysis(protocol.model_copy(update={"lesions": lesions}))
    return run_analysis(plan, admission.tabulation, set_apart=admission.set_apart)


def list_distant(analysis: Analysis) -> set[str]:
    return set(analysis.tables["adsl"].filter(NINJFL="Y")["USUBJID"])


def recount(analysis: Analysis, *, tenths: int, node_tenths: int) -> set[str]:
    """The same set, from the lesions: enrolled patients with a large enough target left alone at the start."""
    lesions: Any = analysis.tables["assessments"]
    injected = derive_injected_at_start(lesions, ResponseSettings())
    large = pl.when("LSNODE").then(pl.col("LSTENTH") >= node_tenths).otherwise(pl.col("LSTENTH") >= tenths)
    spared = lesions.filter(pl.col("AVISITN") == 0, pl.col("LSROLE") == "TARGET", large).join(
        injected, on=["USUBJID", "READER", "TULNKID"], how="anti"
    )
    return set(spared["USUBJID"]) & set(analysis.tables["adsl"].filter(ENRLFL="Y")["USUBJID"])


def test_larger_least_sizes_leave_fewer_patients_in_the_set_of_distant_effect():
    usual, large = analyse(diameter=10, node=15), analyse(diameter=40, node=45)
    assert list_distant(usual) == recount(usual, tenths=100, node_tenths=150)
    assert list_distant(large) == recount(large, tenths=400, node_tenths=450)
    assert set() < list_distant(large) < list_distant(usual)


def test_a_study_that_is_silent_has_the_sizes_of_the_guideline():
    assert list_distant(analyse(diameter=None, node=None)) == list_distant(analyse(diameter=10, node=15))
