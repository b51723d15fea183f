"""A study's hand-written patients, analysed as any others."""

from abscopal.errors import StudyError
from abscopal.evidence.analysis import run_analysis
from abscopal.evidence.analysis_plan import plan_analysis
from abscopal.evidence.assurance import check_expectations
from abscopal.evidence.assurance_outcomes import Assurance
from abscopal.evidence.plan.protocol_versions import list_earlier_ctcae
from abscopal.exchange.patients_yaml import compose_tables, list_rows_set_apart, read_patients
from abscopal.protocol.amendments import choose_version
from abscopal.protocol.reading import Study
from abscopal.tables.admission import admit_tables

PATIENTS_FILE = "patients.yml"


def assure_study(study: Study) -> Assurance:
    """Analyse the tables of a study's hand-written patients as any others, and check the expectations.

    Each patient is read under the version of the protocol in force on the day of their consent.

    Args:
        study: the study, read.

    Returns:
        Every expectation, checked.

    Raises:
        StudyError: patients.yml holds mistakes, or some of its rows break a rule of the tables.
    """
    path, versions = study.folder / PATIENTS_FILE, study.list_versions()
    *earlier, latest = versions
    told = read_patients(path, versions=versions)
    raw = compose_tables(
        told.patients,
        latest.identity.identifier,
        ctcae_version=lambda day: choose_version(versions, on=day).safety.ctcae_version.value,
    )
    admission = admit_tables(
        raw, ctcae_version=latest.safety.ctcae_version.value, earlier_ctcae=list_earlier_ctcae(versions)
    )
    if findings := list_rows_set_apart(path, admission.set_apart):
        raise StudyError(findings)
    analysis = run_analysis(plan_analysis(latest, earlier=earlier), admission.tabulation)
    return check_expectations(told.patients, analysis, admission.tabulation)
