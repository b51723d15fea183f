"""Which organ a lesion lies in, as RECIST counts organs."""

import polars as pl

# Paired organs are one organ, and all nodal stations are one organ (EORTC RECIST questions and answers).
SIDE = r"(?i)[ ,;/-]*\b(LEFT|RIGHT|BILATERAL|GAUCHE|DROITE?)\b[ ,;/-]*"
NODAL_ORGAN = "LYMPH NODE"


def compute_organ(location: pl.Expr, *, node: pl.Expr) -> pl.Expr:
    """Name the organ of a location; both sides of a paired organ are one, and so are all nodes.

    Args:
        location: location in words.
        node: whether the lesion is a lymph node.

    Returns:
        The organ in capitals; null where the location is not known.

    Example:
        >>> frame = pl.DataFrame({"where": ["Lung, left", "RIGHT LUNG", "axilla"], "node": [False, False, True]})
        >>> frame.select(organ=compute_organ(pl.col("where"), node=pl.col("node")))["organ"].to_list()
        ['LUNG', 'LUNG', 'LYMPH NODE']
    """
    place = location.str.to_uppercase().str.replace_all(SIDE, "").str.strip_chars()
    return pl.when(node).then(pl.lit(NODAL_ORGAN)).otherwise(place)
