"""CP: cell populations counted by flow cytometry."""

import dataframely as dy

from abscopal.tables.columns import date_text, key_text, number, required_text, sequence, text, visit_number


class CellPhenotyping(dy.Schema):
    """Cell populations counted by flow cytometry."""

    STUDYID = required_text("Study identifier")
    DOMAIN = dy.String(regex="^CP$", description="Domain, always CP")
    USUBJID = key_text("Patient identifier, unique across studies")
    CPSEQ = sequence()
    CPTESTCD = required_text("Population, short name")
    CPTEST = required_text("Population")
    CPCAT = text("Category, such as the tube")
    CPREFID = text("Specimen")
    CPMRKSTR = text("Marker string of the population")
    CPORRES = text("Result as collected")
    CPORRESU = text("Unit as collected")
    CPSTRESC = text("Result, standard")
    CPSTRESN = number("Result as a number", low=-1e12, high=1e12)
    CPSTRESU = text("Standard unit")
    CPSTAT = text("NOT DONE where it was not done")
    CPREASND = text("Why it was not done")
    VISITNUM = visit_number()
    VISIT = text("Visit name")
    CPDTC = date_text("Date of the specimen")
