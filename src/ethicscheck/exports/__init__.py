"""Documents drawn from a record: one file per format, all written whole or not at all.

To add a format: one module here with `render(record) -> bytes`, one line in FORMATS, its name in `model/outputs.py`.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ethicscheck.errors import UsageError, did_you_mean
from ethicscheck.model.record import AuditRecord
from ethicscheck.policy.publishing import publishable

from .writing import write_all


class Format(NamedTuple):
    """A document: its file name (empty where it goes to the CI job itself, not into the folder), the module whose `render` makes it, and what must be there for it."""

    file_name: str
    module: str
    package: str = ""  # a package that only an extra installs
    extra: str = ""  # that extra, where it is not called as the format is
    profile: str = ""  # the profile whose tables it publishes


FORMATS: dict[str, Format] = {
    "html": Format("report.html", "ethicscheck.report"),
    "json": Format("audit.json", "ethicscheck.exports.json"),
    "summary": Format("summary.html", "ethicscheck.exports.summary"),
    "pdf": Format("report.pdf", "ethicscheck.exports.pdf", package="weasyprint"),
    "markdown": Format("report.md", "ethicscheck.exports.markdown"),
    "in-toto": Format(
        "attestation.intoto.json", "ethicscheck.exports.in_toto", package="in_toto_attestation", extra="sign"
    ),
    "junit": Format("junit.xml", "ethicscheck.exports.junit", package="junitparser", extra="ci"),
    "sarif": Format("ethicscheck.sarif", "ethicscheck.exports.sarif", package="sarif_om", extra="ci"),
    "github": Format("", "ethicscheck.exports.github"),
    "gitlab": Format("gl-code-quality.json", "ethicscheck.exports.gitlab"),
    "openmetrics": Format("metrics.txt", "ethicscheck.exports.openmetrics"),
    "comment": Format("comment.md", "ethicscheck.exports.comment"),
    "csv": Format("findings.csv", "ethicscheck.exports.csv"),
    "cyclonedx": Format("model.cdx.json", "ethicscheck.exports.cyclonedx", package="cyclonedx", extra="ci"),
    "model-card": Format("model-card.md", "ethicscheck.exports.model_card", package="huggingface_hub", extra="hub"),
    "dvc": Format("dvc-metrics.json", "ethicscheck.exports.dvc"),
    "dvc-plots": Format("dvc-plots.json", "ethicscheck.exports.dvc_plots"),
    "ll144": Format("ll144.html", "ethicscheck.exports.ll144", profile="nyc-ll144"),
}


# What CI reads: drawn with the findings that --only and --skip choose.
VOICES = frozenset({"junit", "sarif", "github", "gitlab", "openmetrics", "comment", "csv"})
SEALED = "json"  # the record itself; every other document is drawn from what may be published
# Drawn from the sealed record, whose digest they name; they publish by themselves only what may be.
NAMES_THE_SEALED = frozenset({"in-toto"})


def check_formats(names: Sequence[str], profiles: Sequence[str] | None = None) -> None:
    """Say what stands in the way of a document before any long work.

    Parameters
    ----------
    names : the documents asked for.
    profiles : the profiles that the audit applies; None where they aren't known yet.

    Raises
    ------
    UsageError
        When there is no such format, the extra it needs is not installed, or the audit makes no tables for it.
    """
    for name in names:
        if name not in FORMATS:
            raise UsageError(f"there is no format {name!r}", "", did_you_mean(name, FORMATS))
        needed = FORMATS[name]
        if needed.package and importlib.util.find_spec(needed.package) is None:
            raise missing_extra(name)
        if profiles is not None and needed.profile and needed.profile not in profiles:
            raise missing_profile(name)


def missing_extra(name: str) -> UsageError:
    """Return the error of a format whose extra is not installed."""
    hint = f'install it with: pip install "ethicscheck[{FORMATS[name].extra or name}]"'
    return UsageError(f"the format {name} needs {FORMATS[name].package}, which is not installed", "", hint)


def missing_profile(name: str) -> UsageError:
    """Return the error of a format whose tables the audit did not make."""
    profile = FORMATS[name].profile
    hint = f"add `profiles: [{profile}]` under `policy` in the config and audit again"
    return UsageError(
        f"the format {name} publishes the tables of the profile {profile}, which this audit lacks", "", hint
    )


TEMPLATED = "html"  # the document whose blocks a folder of one's own templates may override


def render_document(record: AuditRecord, name: str, template: Path | None = None) -> bytes:
    """Return one document's bytes.

    Parameters
    ----------
    template : a folder of one's own templates for the report.

    Raises
    ------
    UsageError
        When there is no such format, or it can't be made of this record.
    """
    check_formats((name,), [part.id for part in record.plan.profiles])
    published = record if name == SEALED or name in NAMES_THE_SEALED else publishable(record)
    render = importlib.import_module(FORMATS[name].module).render
    rendered: bytes = render(published, template) if name == TEMPLATED else render(published)
    return rendered


def render_documents(
    record: AuditRecord,
    folder: Path,
    formats: Sequence[str],
    template: Path | None = None,
    told: AuditRecord | None = None,
) -> dict[Path, bytes]:
    """Return every document by its path; what goes to the CI job itself is not among them.

    Parameters
    ----------
    template : a folder of one's own templates for the report.
    told : the record that what CI reads is drawn from, where not all findings are chosen.

    Raises
    ------
    UsageError
        When a format is unknown or can't be made.
    """
    chosen = tuple(dict.fromkeys(formats))
    check_formats(chosen, [part.id for part in record.plan.profiles])
    named = [name for name in chosen if FORMATS[name].file_name]
    drawn = {name: told if told is not None and name in VOICES else record for name in named}
    return {folder / FORMATS[name].file_name: render_document(drawn[name], name, template) for name in named}


def write_documents(
    record: AuditRecord,
    folder: Path,
    formats: Sequence[str],
    template: Path | None = None,
    told: AuditRecord | None = None,
) -> tuple[Path, ...]:
    """Render every document first, then write them all: see `render_documents`.

    Raises
    ------
    UsageError
        When a format is unknown or can't be made, or the folder can't be written; anything older is left whole.
    """
    return write_all(render_documents(record, folder, formats, template, told))
