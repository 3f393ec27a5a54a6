"""The report as PDF/A-3: declared, tagged, bookmarked, the record inside, nothing fetched, nothing cut off, the same bytes."""

from __future__ import annotations

import builtins
import importlib.util
import io
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from export_helpers import AUDITS, EXAMPLES, example

from ethicscheck.cli import run
from ethicscheck.errors import UsageError
from ethicscheck.exports import FORMATS, pdf, render_document
from ethicscheck.exports.pdf_drawings import SVG, prepare
from ethicscheck.model.record import AuditRecord, read_record
from ethicscheck.policy.publishing import publishable
from helpers import audit_text

PROMOTION = EXAMPLES / "promotion/ethicscheck.yaml"
try:
    import weasyprint
except OSError as error:  # the package is there, the system library it draws with is not
    weasyprint = None
    MISSING = f"Pango is not installed: {error}"
except ImportError:
    weasyprint = None
    MISSING = "the extra `pdf` is not installed"
drawn = pytest.mark.skipif(weasyprint is None, reason="" if weasyprint else MISSING)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> AuditRecord:
    return AUDITS["binary"](tmp_path_factory.mktemp("binary"))


@pytest.fixture(scope="module")
def document(record: AuditRecord) -> bytes:
    return render_document(record, "pdf")


def opened(content: bytes) -> Any:
    pikepdf = pytest.importorskip("pikepdf", reason="the extra `dev` is not installed")
    return pikepdf.open(io.BytesIO(content))


@drawn
def test_it_declares_pdf_a_3_with_its_colours(document: bytes) -> None:
    """Part 3, conformance A, in the metadata that archives read; colours by a profile; every font inside."""
    made = opened(document)

    metadata = made.open_metadata()
    assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
    assert made.Root.OutputIntents[0].S == "/GTS_PDFA1"
    fonts = [part for part in made.objects if hasattr(part, "get") and part.get("/Type") == "/FontDescriptor"]
    assert fonts
    assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)
    assert not made.is_encrypted


@drawn
def test_it_is_tagged_titled_and_in_a_language(document: bytes) -> None:
    """What a screen reader needs: a tree of tags with headings and tables, every drawing with a description."""
    made = opened(document)
    elements = [part for part in made.objects if hasattr(part, "get") and part.get("/Type") == "/StructElem"]
    kinds = [str(part.S) for part in elements]

    assert made.Root.MarkInfo.Marked
    assert made.Root.Lang == "en"
    assert made.Root.ViewerPreferences.DisplayDocTitle
    assert made.docinfo.Title == "test – audit report"
    assert {"/H1", "/H2", "/H3", "/P", "/Table", "/TH", "/TD", "/L", "/Link"} <= set(kinds)
    drawings = [part for part in elements if part.S == "/Figure"]
    assert drawings
    assert all(str(part.get("/Alt", "")).strip() for part in drawings)


@drawn
def test_it_has_bookmarks_numbered_pages_and_a_running_title(document: bytes, record: AuditRecord) -> None:
    """Forty pages are of use only to who can find a place in them."""
    made = opened(document)
    with made.open_outline() as outline:
        (top,) = outline.root
        assert top.title == "test"
        assert {"In plain words", "Findings", "All measures", "Glossary"} <= {part.title for part in top.children}
    laid_out = pdf.lay_out(record)
    texts = [" ".join(_texts(page._page_box)) for page in laid_out.pages]

    assert [re.search(r"Page \d+ of \d+", text)[0] for text in texts] == [  # type: ignore[index]
        f"Page {number} of {len(texts)}" for number in range(1, len(texts) + 1)
    ]
    assert all("test" in text and "Audit report of" in text for text in texts[1:])


@drawn
def test_the_record_is_attached_as_its_source(document: bytes, record: AuditRecord) -> None:
    """Whoever has the PDF has the numbers in full precision, and can draw everything again."""
    made = opened(document)

    assert list(made.attachments) == ["audit.json"]
    assert made.Root.AF[0].AFRelationship == "/Source"
    attached = made.attachments["audit.json"].get_file().read_bytes()
    assert attached == record.to_json()
    assert read_record(attached, "audit.json") == record


@drawn
def test_of_a_record_with_hidden_groups_the_published_one_is_attached(tmp_path: Path) -> None:
    """The sealed record must not travel inside a document that hides its numbers."""
    sealed = AUDITS["suppressed"](tmp_path)
    made = opened(render_document(sealed, "pdf"))
    attached = made.attachments["audit.json"].get_file().read_bytes()

    assert attached == publishable(sealed).to_json()
    assert attached != sealed.to_json()


@drawn
def test_the_same_record_gives_the_same_bytes(document: bytes, record: AuditRecord) -> None:
    """No clock, no random identifier: dates are the record's."""
    made = opened(document)

    assert render_document(read_record(record.to_json(), "audit.json"), "pdf") == document
    stamp = re.sub(r"[-T:Z]", "", record.provenance.created)
    assert str(made.docinfo.CreationDate).startswith(f"D:{stamp}")


@drawn
@pytest.mark.parametrize("kind", ["many groups", "regression", "score"])
def test_nothing_is_cut_off_at_the_right_edge(kind: str, tmp_path: Path) -> None:
    """Wide tables get a sheet turned on its side and smaller print; no word may stand beyond the margin."""
    for number, page in enumerate(pdf.lay_out(AUDITS[kind](tmp_path)).pages, 1):
        assert _beyond(page) == [], f"page {number}"


@drawn
@pytest.mark.slow
def test_nothing_is_cut_off_in_the_largest_example(monkeypatch: pytest.MonkeyPatch) -> None:
    """COMPAS has tables of 22 columns."""
    found = {number: _beyond(page) for number, page in enumerate(pdf.lay_out(example("compas", monkeypatch)).pages, 1)}

    assert {number: words for number, words in found.items() if words} == {}


def _beyond(page: Any) -> list[str]:
    """Return the words of tables and paragraphs that end beyond the page's edge."""
    return [
        box.text
        for box in page._page_box.descendants()
        if type(box).__name__ == "TextBox" and box.position_x + box.width > page.width + 0.5
    ]


def _texts(box: Any) -> list[str]:
    return [part.text for part in box.descendants() if type(part).__name__ == "TextBox"]


@drawn
def test_nothing_is_fetched_from_a_disk_or_the_net(
    record: AuditRecord, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Even a page that asks for it gets neither a file nor an address; what it carries in itself is drawn."""
    picture = tmp_path / "x.svg"
    picture.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', encoding="utf-8")
    asked: list[str] = []
    for owner, name in ((builtins, "open"), (weasyprint.urls.request, "urlopen")):
        before = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *a, _before=before, **k: (asked.append(str(a[0])), _before(*a, **k))[1])
    page = (
        f'<html lang="en"><head><title>t</title><link rel="stylesheet" href="{picture.as_uri()}"><style>@import url(http://127.0.0.1:9/a.css);'
        f"@font-face{{font-family:f;src:url({picture.as_uri()})}}h1{{background:url({picture.as_uri()})}}</style></head>"
        f'<body><h1>t</h1><img alt="a" src="{picture.as_uri()}"><img alt="b" src="http://127.0.0.1:9/b.png"></body></html>'
    )
    monkeypatch.setattr("ethicscheck.report.render", lambda record: page.encode())

    content = pdf.render(record)

    assert content.startswith(b"%PDF-1.7")
    assert [name for name in asked if "x.svg" in name or "127.0.0.1" in name] == []
    with pytest.raises(weasyprint.urls.URLFetchingError):
        pdf._fetcher(weasyprint).fetch(picture.as_uri())
    pdf._fetcher(weasyprint).fetch("data:text/plain,x").close()


def test_drawings_get_the_pages_style_and_bars_become_ornaments() -> None:
    """WeasyPrint draws an SVG by itself: variables are filled in, as in print, and only what can concern it is copied."""
    page = ElementTree.fromstring(
        "<html><head><style>:root{--ink:#123456}@media (prefers-color-scheme:dark){:root{--ink:#fff}}"
        "@media print{:root{--line:#bbb}.dots line{stroke:var(--line)}}.dots text{fill:var(--ink);paint-order:stroke;stroke:#fff}"
        ".chart .dots circle{fill:blue}.other{fill:red}h2{color:red}</style></head><body><script>{}</script>"
        f'<figure class="chart"><svg xmlns="{SVG[1:-1]}" class="dots"><svg y="4"><text>a</text></svg></svg></figure>'
        f'<p><svg xmlns="{SVG[1:-1]}" class="bar"><rect width="100%"/><rect width="25%"/><line x1="20%" x2="31%"/></svg></p></body></html>'
    )
    prepare(page, "p{margin:0}")
    (drawing,) = [part for part in page.iter(f"{SVG}svg") if "dots" in (part.get("class") or "")]

    (style,) = drawing.findall(f"{SVG}style")
    assert style.text is not None
    assert ".dots text{fill:#123456}" in style.text
    assert ".dots line{stroke:#bbb}" in style.text
    assert ".dots circle{fill:blue}" in style.text
    assert drawing.get("class") == "dots"
    assert "other" not in style.text
    assert drawing.find(f"{SVG}title") is not None
    assert [(inner.get("width"), inner.get("overflow")) for inner in drawing.findall(f"{SVG}svg")] == [
        ("100%", "visible")
    ]
    (bar,) = [part for part in page.iter("div") if part.get("class") == "pdf-bar"]
    assert "#999 25.0%" in (bar.get("style") or "")
    assert "#000 20.0%,#000 31.0%" in (bar.get("style") or "")
    assert list(page.iter("script")) == []


def test_a_table_of_many_columns_goes_on_a_wide_sheet() -> None:
    """In a fold the fold goes with it, so that its name does not stay behind on another page."""
    cells = "<td>1</td>" * 9
    page = ElementTree.fromstring(
        f'<html><head/><body><details><summary>n</summary><div class="scroll"><table><tr>{cells}</tr></table></div></details>'
        f'<div class="scroll"><table><tr>{cells * 2}</tr></table></div><div class="scroll"><table><tr><td>1</td></tr></table></div></body></html>'
    )
    prepare(page, "")

    assert page.find("body/details").get("class") == "wide-sheet"  # type: ignore[union-attr]
    assert [part.get("class") for part in page.findall("body/div")] == [
        "scroll very-many-columns wide-sheet",
        "scroll",
    ]


def test_without_the_extra_nothing_is_written_and_the_way_out_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 before any work, whatever else was asked for."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "weasyprint" else find(name, *more)
    )

    assert run(["audit", str(PROMOTION), "-f", "html", "-f", "pdf", "-o", str(tmp_path / "out"), "-q"]) == 2
    assert capsys.readouterr().err == (
        'error: the format pdf needs weasyprint, which is not installed — install it with: pip install "ethicscheck[pdf]"\n'
    )
    assert not (tmp_path / "out").exists()


def test_without_the_system_library_the_message_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record: AuditRecord
) -> None:
    """A package that is installed and can't be loaded is a riddle to most people."""
    importing = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0': not found\nand more")
        return importing(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError) as caught:
        pdf.render(record)

    assert str(caught.value) == (
        "the format pdf needs the system library Pango, which can't be loaded (cannot load library 'libpango-1.0-0': not found) "
        "— install it; on Debian and Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0"
    )


@drawn
def test_hostile_text_stays_text(tmp_path: Path) -> None:
    """Labels and reasons come from strangers; no link and no file of theirs gets into the document."""
    evil = '<img src="file:///etc/passwd"><a href="http://127.0.0.1:9/">x</a>'
    quoted = '"' + evil.replace('"', '""') + '"'
    csv = "group,y,p\n" + f"{quoted},1,1\n{quoted},0,0\n" * 40 + "b,1,0\nb,0,1\n" * 40
    made = opened(render_document(audit_text(tmp_path, csv), "pdf"))

    links = [part for part in made.objects if hasattr(part, "get") and part.get("/S") == "/URI"]
    assert links == []
    assert list(made.attachments) == ["audit.json"]


def test_the_format_is_known_by_its_file_name() -> None:
    """As DESIGN says."""
    assert FORMATS["pdf"].file_name == "report.pdf"
