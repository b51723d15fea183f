"""The report as PDF, where the extra that prints it is installed."""

import importlib.util
import logging

from abscopal.errors import OptionError


def assert_pdf_available() -> None:
    """Refuse a PDF, in a sentence, where its printer is not installed."""
    if importlib.util.find_spec("weasyprint") is None:
        raise OptionError(
            "the PDF needs WeasyPrint, which is not installed.",
            where="--pdf",
            remedy='Install it with: pip install "abscopal[pdf]". The HTML report prints well from a browser too.',
        )


def render_pdf(page: str) -> bytes:
    """Print the report as PDF.

    Args:
        page: the HTML of the report.

    Returns:
        The bytes of the PDF.
    """
    assert_pdf_available()
    from weasyprint import HTML

    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    printed: bytes = HTML(string=page, url_fetcher=_refuse).write_pdf()
    return printed


def _refuse(address: str, **_: object) -> dict[str, object]:
    """Let in what the page itself carries, and nothing from a network."""
    from weasyprint import default_url_fetcher

    if address.startswith("data:"):
        fetched: dict[str, object] = default_url_fetcher(address)
        return fetched
    raise ValueError(f"the report asked for {address[:40]}")
