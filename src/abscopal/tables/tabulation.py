"""All collected tables of a trial as one validated collection."""

import dataframely as dy

from abscopal.tables.sdtm import (
    AdverseEvents,
    CellPhenotyping,
    DeathDetails,
    Demographics,
    DiseaseResponse,
    Disposition,
    Exposure,
    InclusionExclusion,
    Procedures,
    SpecimenEvents,
    SpecimenMeasures,
    SupplementalQualifiers,
    TumourIdentification,
    TumourResults,
)


class Tabulation(dy.Collection):
    """The collected tables of one trial; a table that is absent is None.

    Rows that break a rule have been set apart before by `admit_tables`: whatever reads a
    tabulation may trust it.
    """

    dm: dy.DataFrame[Demographics]
    ds: dy.DataFrame[Disposition] | None
    ie: dy.DataFrame[InclusionExclusion] | None
    ex: dy.DataFrame[Exposure] | None
    pr: dy.DataFrame[Procedures] | None
    tu: dy.DataFrame[TumourIdentification] | None
    tr: dy.DataFrame[TumourResults] | None
    rs: dy.DataFrame[DiseaseResponse] | None
    ae: dy.DataFrame[AdverseEvents] | None
    dd: dy.DataFrame[DeathDetails] | None
    be: dy.DataFrame[SpecimenEvents] | None
    bs: dy.DataFrame[SpecimenMeasures] | None
    cp: dy.DataFrame[CellPhenotyping] | None
    supp: dy.DataFrame[SupplementalQualifiers] | None
