"""A tiny trial as collected tables, all cells text as a CSV gives them; tests break one thing at a time."""

import polars as pl


def make_raw_tables() -> dict[str, pl.DataFrame]:
    """Two patients, one target and one new lesion, one dose injected, two events; every rule is kept."""
    dm = pl.DataFrame(
        {
            "STUDYID": ["S"] * 2, "DOMAIN": ["DM"] * 2, "USUBJID": ["P1", "P2"], "SUBJID": ["1", "2"],
            "SITEID": ["C1"] * 2, "SEX": ["F", "M"], "COUNTRY": ["FRA"] * 2, "AGE": ["61", "58"],
            "DTHDTC": [None, "2024-06-01"], "DTHFL": [None, "Y"], "ARM": ["A", "B"], "ARMCD": ["A", "B"],
        }
    )  # fmt: skip
    tu = pl.DataFrame(
        {
            "STUDYID": ["S"] * 3, "USUBJID": ["P1", "P1", "P2"], "TUSEQ": ["1", "2", "1"],
            "TULNKID": ["T01", "NEW01", "T01"], "TUTESTCD": ["TUMIDENT"] * 3, "TUTEST": ["Tumor Identification"] * 3,
            "TUSTRESC": ["TARGET", "NEW", "TARGET"], "TUEVAL": ["INVESTIGATOR"] * 3,
            "TUDTC": ["2024-01-01", "2024-03-01", "2024-01-02"],
        }
    )  # fmt: skip
    tr = pl.DataFrame(
        {
            "STUDYID": ["S"] * 4, "USUBJID": ["P1", "P1", "P1", "P2"], "TRSEQ": ["1", "2", "3", "1"],
            "TRLNKID": ["T01", "T01", "NEW01", "T01"], "TRTESTCD": ["LDIAM"] * 4, "TRTEST": ["Longest Diameter"] * 4,
            "TRSTRESC": ["30", "20", "12", "25"], "TRSTRESN": ["30", "20", "12", "25"], "TRSTRESU": ["mm"] * 4,
            "TREVAL": ["INVESTIGATOR"] * 4, "VISITNUM": ["1", "2", "2", "1"],
            "TRDTC": ["2024-01-01", "2024-03-01", "2024-03-01", "2024-01-02"],
        }
    )  # fmt: skip
    ex = pl.DataFrame(
        {
            "STUDYID": ["S"], "USUBJID": ["P1"], "EXSEQ": ["1"], "EXTRT": ["DRUG"], "EXDOSE": ["24"], "EXDOSU": ["mg"],
            "EXROUTE": ["INTRATUMORAL"], "EXLNKID": ["T01"], "EXSTDTC": ["2024-01-05"], "EXENDTC": ["2024-01-05"],
        }
    )  # fmt: skip
    ae = pl.DataFrame(
        {
            "STUDYID": ["S"] * 2, "USUBJID": ["P1", "P2"], "AESEQ": ["1", "1"], "AETERM": ["colitis", "rash"],
            "AEDECOD": ["Colitis", "Rash"], "AETOXGR": ["3", "1"], "AETOXVER": ["5.0", "5.0"],
            "AESTDTC": ["2024-02", "2024-02-03"], "AEENDTC": [None, "2024-02-20"],
        }
    )  # fmt: skip
    return {"dm": dm, "tu": tu, "tr": tr, "ex": ex, "ae": ae}


def put(frame: pl.DataFrame, row: int, **cells: str | None) -> pl.DataFrame:
    """Change cells of one row."""
    return frame.with_row_index("__i").with_columns(
        pl.when(pl.col("__i") == row).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
        for name, value in cells.items()
    ).drop("__i")  # fmt: skip
