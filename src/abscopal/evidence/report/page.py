"""Put the chapters together into one page that opens offline."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from abscopal.evidence.analysis import Analysis
from abscopal.evidence.provenance import Provenance
from abscopal.evidence.report.blocks import Section
from abscopal.evidence.report.material import Material, Picture
from abscopal.evidence.report.sections.method import (
    render_assumptions,
    render_imputed,
    render_set_apart,
    render_settings,
    render_sources,
    render_versions,
)
from abscopal.evidence.report.sections.patient_pages import render_patients, render_sites
from abscopal.evidence.report.sections.patients import render_baseline, render_exposure, render_flow
from abscopal.evidence.report.sections.primary import render_primary
from abscopal.evidence.report.sections.protocol_versions import render_protocol_versions
from abscopal.evidence.report.sections.published import render_published
from abscopal.evidence.report.sections.response import render_lesions, render_response
from abscopal.evidence.report.sections.summary import render_summary
from abscopal.evidence.report.sections.survival import render_survival
from abscopal.evidence.report.sections.toxicity import render_toxicity
from abscopal.evidence.report.wording import Wording
from abscopal.evidence.typography import Language
from abscopal.protocol.published import PublishedResults

WORDS = ("skip", "contents", "filter", "shown", "download")


@dataclass(frozen=True, slots=True)
class Page:
    """What the outermost template shows."""

    language: Language
    title: str
    kicker: str
    standfirst: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    words: Mapping[str, str]
    footer: str
    version: str


def render_report(
    analysis: Analysis,
    pictures: Mapping[str, Picture],
    provenance: Provenance,
    *,
    language: Language,
    published: PublishedResults | None = None,
    origin: str = "",
) -> str:
    """Write the report of one analysis as one HTML page without any external source.

    Args:
        analysis: the analysis.
        pictures: figures by name, in the language of the report.
        provenance: hashes, versions and settings.
        language: `en` or `fr`.
        published: results that others printed about the trial.
        origin: a sentence on where the tables come from, shown first; empty for none.

    Returns:
        The page. The same arguments give the same text.
    """
    wording = Wording(language)
    material = Material(analysis, wording, pictures)
    sections = (
        render_summary(material, origin=origin),
        render_flow(material),
        render_protocol_versions(material),
        render_baseline(material),
        render_exposure(material),
        render_primary(material),
        render_toxicity(material),
        render_response(material),
        render_lesions(material),
        render_sites(material),
        render_survival(material),
        render_patients(material),
        render_published(material, published),
        render_settings(material),
        render_assumptions(material),
        render_set_apart(material),
        render_imputed(material),
        render_sources(material),
        render_versions(material, provenance),
    )
    identity = analysis.plan.protocol.identity
    version = dict(provenance.versions).get("abscopal", "")
    page = Page(
        language=language,
        title=material.read(identity.title),
        kicker=wording.say("page.kicker", version=version),
        standfirst=material.read(identity.indication),
        facts=_facts(analysis, wording),
        sections=tuple(section for section in sections if section is not None),
        words={name: wording.say(f"page.{name}") for name in WORDS},
        footer=wording.say("page.footer"),
        version=version,
    )
    return render_page(page)


def render_page(page: Page) -> str:
    """Fill the outermost template: one HTML page without any external source.

    Args:
        page: what it shows.

    Returns:
        The page. The same argument gives the same text.
    """
    return _templates().get_template("page.html").render(page=page)


def _facts(analysis: Analysis, wording: Wording) -> tuple[tuple[str, str], ...]:
    identity = analysis.plan.protocol.identity
    registered = ", ".join(f"{item.registry} {item.number}" for item in identity.registry_numbers)
    cut = wording.day(analysis.cut_off) if analysis.cut_off else wording.say("fact.no_cut_off")
    facts = (
        ("study", identity.identifier),
        ("registry", registered),
        ("phase", identity.phase.value or ""),
        ("protocol_version", analysis.plan.protocol.version.number),
        ("cut_off", cut),
        ("patients", wording.count(analysis.tables["adsl"].height)),
        ("tables_study", ", ".join(analysis.study_ids)),
    )
    return tuple((wording.say(f"fact.{name}"), value) for name, value in facts if value)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("abscopal.evidence.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
