"""What was injected, as the table EX holds it: one row per lesion and drug."""

from collections.abc import Mapping, Sequence

import dataframely as dy
import polars as pl

from abscopal.conduct.injection.deliver import DeliveryEvent, LesionInjected
from abscopal.tables.sdtm.ex import Exposure


def derive_injected_exposure(
    events: Mapping[str, Sequence[DeliveryEvent]],
    *,
    study_identifier: str,
    visit_number: float | None = None,
    first_sequence: Mapping[str, int] | None = None,
) -> dy.DataFrame[Exposure]:
    """Write one row of EX for each lesion and drug that was injected.

    An injected lesion is a row whose EXROUTE is INTRATUMORAL and whose EXLNKID is the lesion. What was not injected
    is no exposure: its reason stays in the record.

    Args:
        events: what each patient's lesions received, by USUBJID.
        study_identifier: STUDYID.
        visit_number: VISITNUM.
        first_sequence: first EXSEQ to use for a patient who has rows already; 1 otherwise.

    Returns:
        EX, patients in the order given.
    """
    rows = [
        {
            "STUDYID": study_identifier,
            "DOMAIN": "EX",
            "USUBJID": patient,
            "EXSEQ": (first_sequence or {}).get(patient, 1) + place,
            "EXTRT": event.drug,
            "EXDOSE": event.dose_mg,
            "EXDOSU": "mg",
            "EXDOSFRM": "INJECTION",
            "EXROUTE": "INTRATUMORAL",
            "EXLOC": event.site,
            "EXLNKID": event.lesion,
            "EXLOT": event.batch,
            "EXADJ": event.reason_less,
            "EXSTDTC": event.start.isoformat(timespec="seconds"),
            "EXENDTC": event.stop.isoformat(timespec="seconds"),
            "VISITNUM": visit_number,
        }
        for patient, told in events.items()
        for place, event in enumerate(event for event in told if isinstance(event, LesionInjected))
    ]
    return Exposure.validate(pl.DataFrame(rows, schema=Exposure.create_empty().schema), cast=True)
