"""From the words and numbers of TR to one state and one length for each lesion."""

import polars as pl

# What readers write, in capitals, and the state it stands for. The first pattern that fits decides.
# A denial is read before the word that it denies: NOT PRESENT, NO PROGRESSION.
STATE_WORDS: tuple[tuple[str, str], ...] = (
    (r"NOT (DONE|EVALU|ASSESS)|UNEVALUABLE|INEVALUABLE|NON.?EVALU|^NE$|^ND$", "NOT_EVALUATED"),
    (r"TOO SMALL", "TOO_SMALL"),
    (r"MERGED|COALESCED|ABSORBED", "MERGED"),
    (r"NOT (A )?TUMOU?R|REFUTED|BENIGN", "NOT_TUMOUR"),
    (r"\b(NO|NOT|NON)[ -]?(LONGER )?(PRESENT|SEEN|VISIBLE|PATHOLOG)|NO EVIDENCE OF DISEASE", "ABSENT"),
    (r"\b(NO|NOT|NON|WITHOUT)[ -]?(CLEAR |UNEQUIVOCAL )?(PROGRESS|WORSEN)|\bNON-?CR/NON-?PD", "PRESENT"),
    (r"\b(EQUIVOCAL|POSSIBLE) (PROGRESS|WORSEN)", "PRESENT"),
    (r"UNEQUIVOCAL (INCREASE|GROWTH)|^UNE$|PROGRESS|WORSEN", "UNEQUIVOCAL_PROGRESSION"),
    (r"UNEQUIVOCAL", "UNEQUIVOCAL"),
    (r"EQUIVOCAL", "EQUIVOCAL"),
    (r"ABSENT|NON-?PATHOLOG|RESOLVED|DISAPPEAR|^GONE$", "ABSENT"),
    (r"PRESENT|PATHOLOG|PERSIST|STABLE", "PRESENT"),
    (r"^(NC|INC|NCLA|INCLA)$|CHANGE|(IN|DE)CREAS(E|ING)|LARGER|SMALLER|GROWN|SHRUNK", "PRESENT"),
)
# What readers write of a lesion beside its last assessment, EORTC's follow-up codes among it. NC and UNE speak
# of baseline or nadir, not of the last assessment; INC is taken as an increase all the same.
CHANGE_WORDS: tuple[tuple[str, str], ...] = (
    (r"EQUIVOCAL|FROM (BASELINE|NADIR)", "UNSAID"),
    (
        r"\b(NO|NOT|WITHOUT)[ -]?(FURTHER |ANY )?(INCREASE|DECREASE|GROW|CHANGE)|^NCLA$|UNCHANGED|\bSTABLE",
        "SAME",
    ),
    (r"^INC(LA)?$|\bINCREASE|\bINCREASING|LARGER|GROWN", "INCREASED"),
    (r"DECREASE|DECREASING|SMALLER|SHRUNK", "DECREASED"),
)
NODE_LOCATION = r"\bNODES?\b|\bNODAL\b|\bGANGLION"
# Best first: where one scan gives several lengths of a lesion, the first of these that has a number counts.
NODE_LENGTHS = ["SAXIS", "LPERP", "DIAMETER"]
OTHER_LENGTHS = ["LDIAM", "DIAMETER"]
LENGTHS_IN_ORDER = list(dict.fromkeys([*NODE_LENGTHS[:2], *OTHER_LENGTHS]))
TOO_SMALL_TENTHS = 50
DONE = (pl.col("TRSTAT") != "NOT DONE").fill_null(True)


def compute_state(words: pl.Expr) -> pl.Expr:
    """Read a state from a reader's words; null when the words say none.

    Args:
        words: a text such as TRSTRESC.

    Example:
        >>> frame = pl.DataFrame({"TRSTRESC": ["Present", "TOO SMALL TO MEASURE", "EQUIVOCAL", "12.5"]})
        >>> frame.select(state=compute_state(pl.col("TRSTRESC")))["state"].to_list()
        ['PRESENT', 'TOO_SMALL', 'EQUIVOCAL', None]
    """
    capitals = words.str.to_uppercase().str.strip_chars()
    return pl.coalesce(
        pl.when(capitals.str.contains(pattern)).then(pl.lit(state)) for pattern, state in STATE_WORDS
    )


def compute_change(words: pl.Expr) -> pl.Expr:
    """Read a change since the last assessment from a reader's words; null when the words say none.

    Args:
        words: a text such as TRSTRESC.

    Reference:
        EORTC iRECIST questions and answers: NC, INC, NCLA, INCLA, UNE.

    Example:
        >>> frame = pl.DataFrame({"TRSTRESC": ["INCLA", "NCLA", "Not increased", "smaller", "UNE", "PRESENT"]})
        >>> frame.select(change=compute_change(pl.col("TRSTRESC")))["change"].to_list()
        ['INCREASED', 'SAME', 'SAME', 'DECREASED', None, None]
    """
    capitals = words.str.to_uppercase().str.strip_chars()
    said = pl.coalesce(
        pl.when(capitals.str.contains(pattern)).then(pl.lit(change)) for pattern, change in CHANGE_WORDS
    )
    return pl.when(said != "UNSAID").then(said)


def compute_tenths(millimetres: pl.Expr) -> pl.Expr:
    """Millimetres to whole tenths, the unit in which lengths are compared.

    Example:
        >>> pl.DataFrame({"mm": [32.4, 27.0, 0.0, None]}).select(compute_tenths(pl.col("mm")))["mm"].to_list()
        [324, 270, 0, None]
    """
    return (millimetres * 10).round(0).cast(pl.Int64)


def derive_piece_states(results: pl.DataFrame) -> pl.DataFrame:
    """Reduce the TR rows of each piece of a lesion at one scan to one state and one length.

    A number beats a word; the short axis is read for a node, the longest diameter otherwise; what was
    not done is not evaluated, never zero. A node whose longest diameter is 0 is gone; whether a node is
    normal is read from LNSTATE before TUMSTATE.

    Args:
        results: TR rows with PIECE, LSROLE, LSNODE, VISIT and READER added, in order of date and TRSEQ.

    Returns:
        One row per patient, reader, visit, lesion and piece with LSSTATE, LSTENTH, LSCHANGE, SYMPFL, ADT,
        ADTF, ACCFL.
    """
    keys = ["USUBJID", "READER", "VISIT", "TULNKID", "PIECE"]
    marks = _list_marks()
    said = pl.col(*marks).drop_nulls().last()
    reduced = (
        _read_words(results)
        .with_columns(**marks, gone=_is_gone(), symptom=_is_for_symptom())
        .group_by(keys, maintain_order=True)
        .agg(
            pl.col("LSROLE", "LSNODE").first(),
            pl.col("ADT", "ADTF", "VISITDT").last(),
            pl.col("ACCFL").max(),
            said,
            pl.col("gone", "symptom").any(),
        )
        .with_columns(
            tenths=compute_tenths(pl.coalesce(*LENGTHS_IN_ORDER, pl.when("gone").then(0.0))),
            state_word=pl.coalesce("node_word", "lesion_word"),
            SYMPFL=pl.when("symptom").then(pl.lit("Y")),
        )
    )
    counted = pl.col("LSSTATE")
    lengths = (
        pl.when(counted == "TOO_SMALL")
        .then(TOO_SMALL_TENTHS)
        .when(counted.is_in(["ABSENT", "MERGED"]))
        .then(0)
        .when(counted != "NOT_EVALUATED")
        .then("tenths")
    )
    return (
        _add_states(reduced)
        .with_columns(LSTENTH=lengths)
        .select(
            *keys,
            "LSROLE",
            "LSNODE",
            "ADT",
            "ADTF",
            "VISITDT",
            "ACCFL",
            "SYMPFL",
            "LSSTATE",
            "LSTENTH",
            "LSCHANGE",
        )
    )


def _add_states(reduced: pl.DataFrame) -> pl.DataFrame:
    """Choose the state of each piece; each different set of words is read once."""
    words = ["LSROLE", "length_word", "state_word", "sign"]
    signed = reduced.with_columns(sign=pl.col("tenths").sign())
    states = signed.select(words).unique().with_columns(LSSTATE=_choose_state())
    return signed.join(states, on=words, how="left", nulls_equal=True, maintain_order="left")


def _list_marks() -> dict[str, pl.Expr]:
    """What each row says, in columns of its own: to take the last word of a column is quicker than to search rows."""
    test = pl.col("TRTESTCD")
    wanted = pl.when("LSNODE").then(test.is_in(NODE_LENGTHS)).otherwise(test.is_in(OTHER_LENGTHS))
    return {
        **{code: pl.when(wanted & DONE & (test == code)).then("TRSTRESN") for code in LENGTHS_IN_ORDER},
        "node_word": pl.when(DONE & (test == "LNSTATE")).then("spoken"),
        "lesion_word": pl.when(DONE & (test == "TUMSTATE")).then("spoken"),
        "length_word": pl.when(DONE & wanted).then("spoken"),
        "LSCHANGE": pl.when(DONE).then("change"),
    }


def _is_gone() -> pl.Expr:
    return DONE & (pl.col("TRTESTCD") == "LDIAM") & (pl.col("TRSTRESN") == 0)


def _is_for_symptom() -> pl.Expr:
    return pl.col("TRREASPF").str.to_uppercase().str.contains("SYMPT")


def _read_words(results: pl.DataFrame) -> pl.DataFrame:
    """Add the state and the change that each row's words say; each different word is read once."""
    worded = results.with_columns(word=pl.coalesce("TRSTRESC", "TRORRES"))
    word = pl.col("word")
    words = (
        worded.select("word").unique().with_columns(spoken=compute_state(word), change=compute_change(word))
    )
    return worded.join(words, on="word", how="left", nulls_equal=True, maintain_order="left")


def _choose_state() -> pl.Expr:
    measured = (
        pl.when(pl.col("length_word") == "TOO_SMALL")
        .then(pl.lit("TOO_SMALL"))
        .when(pl.col("sign") > 0)
        .then(pl.lit("MEASURED"))
        .when(pl.col("sign") == 0)
        .then(pl.lit("ABSENT"))
    )
    target_word = pl.coalesce(measured, "length_word", "state_word")
    target = (
        pl.when(target_word.is_in(["MEASURED", "TOO_SMALL", "ABSENT", "MERGED"]))
        .then(target_word)
        .otherwise(pl.lit("NOT_EVALUATED"))
    )
    non_target_word = pl.coalesce("state_word", measured, "length_word")
    non_target = (
        pl.when(non_target_word == "UNEQUIVOCAL")
        .then(pl.lit("UNEQUIVOCAL_PROGRESSION"))
        .when(non_target_word.is_in(["EQUIVOCAL", "NOT_TUMOUR"]))
        .then(pl.lit("PRESENT"))
        .otherwise(pl.coalesce(non_target_word, pl.lit("NOT_EVALUATED")))
    )
    new_word = pl.coalesce("state_word", measured, "length_word")
    new = (
        pl.when(new_word.is_in(["PRESENT", "MEASURED", "TOO_SMALL"]))
        .then(pl.lit("UNEQUIVOCAL"))
        .otherwise(pl.coalesce(new_word, pl.lit("NOT_EVALUATED")))
    )
    role = pl.col("LSROLE")
    return pl.when(role == "TARGET").then(target).when(role == "NEW").then(new).otherwise(non_target)
