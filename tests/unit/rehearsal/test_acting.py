"""Comparisons that would show the same trial twice are refused before anything is computed."""

import pytest

from abscopal.errors import OptionError
from abscopal.protocol.reading import read_study
from abscopal.rehearsal.acting import assert_changes_act
from abscopal.rehearsal.comparison import plan_variants, read_change
from abscopal.rehearsal.courses import Settings
from abscopal.rehearsal.ensemble import ParameterDraw
from abscopal.rehearsal.model.description import read_model

PROTOCOLS = {name: read_study(name).protocol for name in ("nivipit", "dex2", "neo1")}
ONE = (ParameterDraw(0, {}),)
SETTINGS = Settings(200.0, 1e-3)


def ask(study, text, draws=ONE):
    protocol = PROTOCOLS[study]
    assert_changes_act(protocol, plan_variants(protocol, [read_change(text)]), draws=draws, settings=SETTINGS)


@pytest.mark.parametrize(
    ("study", "text", "said"),
    [
        ("nivipit", "centres=9", "says how many centres"),
        ("nivipit", "follow_up_days=400", "Give --horizon-days"),
        ("nivipit", "patients_to_simulate=30", "Give patients=NUMBER"),
        ("nivipit", "missing_biopsy_probability=0.5", "only the tables of one whole trial"),
        ("nivipit", "hla_a2_probability=0.1", "no criterion of the study asks for HLA-A2"),
        ("nivipit", "manufacturing_days=60", "made for the patient"),
        ("nivipit", "low_nkp30_probability=0.9", "exosomes alone"),
        ("nivipit", "grade_4_share=0.9", "at grade 4"),
        ("dex2", "mild_events_per_month=9", "hold no dose"),
        ("nivipit", "model_w=0.1", "Change draining_share"),
        ("nivipit", "model_T0=1", "Change injected_volume_ml or distant_volume_ml"),
        ("nivipit", "model_sd_T_max=0.5", "no spread between patients. Change model_T_max"),
        ("nivipit", "model_D50=3", "a drug that no arm is given"),
        ("nivipit", "model_chi=CURRENT", "already"),
        ("nivipit", "patients=PLANNED", "the trial as planned"),
        ("nivipit", "stopping=stop", "the trial as planned"),
        ("nivipit", "missed_visit_probability=0.03", "the trial as planned"),
        ("nivipit", "dose.nivolumab=1", "the planned dose"),
        ("dex2", "dose.cyclophosphamide=2", "does not know this drug"),
        ("dex2", "draining_share=0.9", "no arm is injected"),
        ("dex2", "site_share_skin=0.5,site_share_subcutaneous=0.5", "within reach of a needle"),
        ("neo1", "stopping=ignore", "no limit that stops"),
        ("neo1", "distant_volume_ml=9", "nobody has a distant lesion"),
        ("nivipit", "dose.nivolumab=0.5,centres=9", "how many centres"),
    ],
)
def test_what_changes_nothing_is_refused_with_why_and_what_instead(study, text, said):
    planned = plan_variants(PROTOCOLS[study], [])[0]
    chi = next(item.value for item in read_model().parameters if item.symbol == "chi")
    text = text.replace("PLANNED", str(planned.design.patients)).replace("CURRENT", repr(chi))
    with pytest.raises(OptionError, match=f"changes nothing here: .*{said}"):
        ask(study, text)


@pytest.mark.parametrize(
    ("study", "text"),
    [
        ("nivipit", "dose.ipilimumab_it=0.5"),
        ("nivipit", "model_sd_kmax=0.1"),
        ("nivipit", "model_s_dep=0"),
        ("nivipit", "stopping=ignore"),
        ("nivipit", "patients=80"),
        ("nivipit", "allocation=simple"),
        ("nivipit", "injected_lesions=2"),
        ("nivipit", "plausibility_filter=0"),
        ("nivipit", "missed_visit_probability=0.2"),
        ("nivipit", "draining_share=0.9"),
        ("dex2", "hla_a2_probability=0.9"),
        ("dex2", "manufacturing_days=60"),
        ("dex2", "low_nkp30_probability=0.9"),
        ("dex2", "model_D50=3"),
        ("dex2", "grade_4_share=0.9"),
        ("neo1", "centres=9"),
        ("nivipit", "mild_events_per_month=9"),
        ("dex2", "stopping=ignore"),
    ],
)
def test_what_acts_is_compared(study, text):
    ask(study, text)


def test_what_an_ensemble_varies_may_be_fixed_at_the_value_of_the_scenario():
    """The draws have other values: fixing it is a comparison."""
    ask(
        "nivipit",
        "missed_visit_probability=0.03",
        draws=(ParameterDraw(1, {"missed_visit_probability": 0.2}),),
    )


def test_what_acts_under_one_draw_alone_is_compared():
    """Macrophages deplete regulatory T cells only where the hypothesis is switched on: in one draw of ten."""
    off = [ParameterDraw(number, {"s_dep": 0.0}) for number in range(10)]
    with pytest.raises(OptionError, match="an effect that is switched off"):
        ask("nivipit", "model_M_f=3", draws=off)
    ask("nivipit", "model_M_f=3", draws=[*off[:7], ParameterDraw(7, {"s_dep": 1.0}), *off[8:]])
