"""From a figure to a file: the same figure always gives the same bytes."""

import hashlib
import io
import os
import re
from html import escape

from matplotlib.figure import Figure

from abscopal.evidence.figures.appearance import PIXELS_PER_INCH, Caption, CaptionedFigure, use_appearance

_UNUSED_IDENTIFIER = re.compile(r'(<g) id="[^"]*"')
_IDENTIFIER = re.compile(r'\bid="([^"]*)"')
_REFERENCE = re.compile(r'(href="#|url\(#)([^")]*)')
_OPENING_TAG = re.compile(r"<svg\b[^>]*>", re.DOTALL)
_STYLE = re.compile(r"\s*<defs>\s*<style[^>]*>.*?</style>\s*</defs>", re.DOTALL)
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)


def render_svg(figure: Figure) -> str:
    """Write a figure as an SVG element that stands alone, in a file or inside a page.

    Letters are drawn as shapes, so that no font is needed; the words are kept for screen readers in a title
    and a description. Identifiers are unique to the figure, so that many figures live in one page. No date
    is written: the same figure gives the same text.

    Args:
        figure: the figure, with its caption when it has one.

    Returns:
        The text of one `<svg>` element, without XML declaration.
    """
    buffer = io.StringIO()
    with use_appearance():
        _settle(figure)
        figure.savefig(
            buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    drawing = buffer.getvalue()
    drawing = _METADATA.sub("", drawing[drawing.index("<svg") :])
    # A style element would reach every other drawing of the page: the root carries it instead.
    drawing = _STYLE.sub("", drawing)
    drawing = _UNUSED_IDENTIFIER.sub(r"\1", drawing)
    prefix = "f" + hashlib.sha256(drawing.encode()).hexdigest()[:10]
    drawing = _IDENTIFIER.sub(rf'id="{prefix}-\1"', drawing)
    drawing = _REFERENCE.sub(rf"\1{prefix}-\2", drawing)
    return _OPENING_TAG.sub(lambda tag: _describe(tag.group(), figure, prefix), drawing, count=1)


def write_svg(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write a figure as an SVG file."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:  # noqa: PTH123
        file.write(render_svg_file(figure))


def render_svg_file(figure: Figure) -> str:
    """Draw a figure as the text of an SVG file."""
    return '<?xml version="1.0" encoding="utf-8"?>\n' + render_svg(figure)


def write_png(
    figure: Figure, path: str | os.PathLike[str], *, pixels_per_inch: int = PIXELS_PER_INCH
) -> None:
    """Write a figure as a PNG picture, 900 pixels wide unless told otherwise, without a date."""
    with use_appearance():
        _settle(figure)
        figure.savefig(path, format="png", dpi=pixels_per_inch, metadata={"Software": None})


def _settle(figure: Figure) -> None:
    # Laying out again would start from the last result and end elsewhere, and drawing is what takes time: the
    # places are worked out once, and without an engine matplotlib draws the figure once instead of three times.
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine(None)


def _describe(opening_tag: str, figure: Figure, prefix: str) -> str:
    caption = figure.caption if isinstance(figure, CaptionedFigure) else Caption("", "")
    language = figure.language if isinstance(figure, CaptionedFigure) else "en"
    title, description = f"{prefix}-title", f"{prefix}-description"
    opened = opening_tag[:-1] + (
        f' style="stroke-linejoin: round; stroke-linecap: butt" role="img" lang="{language}"'
        f' aria-labelledby="{title}" aria-describedby="{description}">'
    )
    words = " ".join((caption.description, *caption.notes)).strip()
    return (
        f'{opened}\n <title id="{title}">{escape(caption.title)}</title>'
        f'\n <desc id="{description}">{escape(words)}</desc>'
    )
