"""Logo, colours and templates of one's own: they look as asked, run nothing, and what can't be used is refused in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ethicscheck import load
from ethicscheck.cli import run
from ethicscheck.model.colours import DARK, ENOUGH, contrast, least_contrast, lightened

CONFIG = """\
schema: ethicscheck/config/1
subject: {name: Looks}
data: {source: d.csv, label: y, prediction: p, sensitive: {g: {}}}
report: {organisation: Pretrial Services, %s}
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="#5b2a86"/></svg>'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("d.csv").write_text("g,y,p\n" + "a,1,1\na,0,0\nb,0,1\nb,1,1\n" * 50)
    Path("logo.svg").write_text(SVG)
    Path("brand").mkdir()
    return tmp_path


def audit(report: str) -> int:
    Path("ethicscheck.yaml").write_text(CONFIG % report)
    return run(["audit", "-q"])


def page() -> str:
    return Path("ethicscheck-out/report.html").read_text()


def own(text: str, name: str = "report.html.j2") -> None:
    Path("brand", name).write_text(text)


def test_a_logo_goes_with_the_record(folder: Path) -> None:
    """The page drawn in ten years from the record alone still has it, and only such a page may show pictures."""
    assert audit("logo: logo.svg") == 3
    first = page()

    assert 'src="data:image/svg+xml;base64,' in first
    assert "img-src data:" in first
    Path("logo.svg").unlink()
    assert run(["report", "ethicscheck-out/audit.json", "-o", "again"]) == 0
    assert Path("again/report.html").read_text() == first
    assert audit("title: Plain") == 3
    assert "img-src" not in page()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"GIF89a", "neither SVG, PNG nor JPEG"),
        (SVG.replace("<rect", "<script>1</script><rect").encode(), "scripts and addresses"),
        (SVG.replace("<rect", '<rect onclick="x()"').encode(), "scripts and addresses"),
        (SVG.replace("<rect", '<image href="https://example.org/a.png"/><rect').encode(), "scripts and addresses"),
        (SVG.encode() + b" " * 50_001, "larger than 50 KB"),
        (None, "can't be read"),
    ],
)
def test_a_logo_that_cannot_be_archived_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, said: str
) -> None:
    """Exit 2 with the reason, and nothing written."""
    Path("logo.svg").unlink()
    if content is not None:
        Path("logo.svg").write_bytes(content)

    assert audit("logo: logo.svg") == 2
    assert said in capsys.readouterr().err
    assert not Path("ethicscheck-out").exists()


def test_a_colour_must_stay_legible(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pale yellow links help nobody; on dark ground a dark colour is lightened until it can be read."""
    assert audit('colours: {accent: "#ffee88"}') == 2
    assert "contrast" in capsys.readouterr().err
    assert audit("colours: {accent: purple}") == 2
    assert "#1f5f7a" in capsys.readouterr().err

    assert audit('colours: {accent: "#5B2A86"}') == 3
    assert "--accent:#5b2a86" in page()
    dark = lightened("#5b2a86")
    assert f"--accent:{dark}" in page()
    assert least_contrast(dark, DARK) >= ENOUGH


def test_contrast_is_that_of_the_guidelines() -> None:
    """WCAG 2.2: black on white 21:1; #767676 is the lightest grey that passes on white (4.54), #777777 is not (4.48)."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_a_block_can_be_overridden_and_the_rest_stays(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The record holds the templates' digest; drawn with them again, the page is the same, without them it is said."""
    own(
        '{% extends "ethicscheck/report.html.j2" %}{% block footer %}<footer>Room 12 of {{ view.organisation }}</footer>{% endblock %}'
    )

    assert audit("template: brand") == 3
    first = page()
    assert "Room 12 of Pretrial Services" in first
    assert "<h2>Findings</h2>" in first
    assert run(["report", "ethicscheck-out/report.html", "-o", "again", "--template", "brand"]) == 0
    assert Path("again/report.html").read_text() == first
    assert capsys.readouterr().err == ""
    assert run(["report", "ethicscheck-out/report.html", "-o", "plain"]) == 0
    assert "--template" in capsys.readouterr().err
    own("{% extends 'ethicscheck/report.html.j2' %}")
    assert run(["report", "ethicscheck-out/report.html", "-o", "other", "--template", "brand"]) == 0
    assert "not the templates" in capsys.readouterr().err
    record = load("ethicscheck-out/audit.json").record
    assert record.report is not None
    assert record.report.template_sha256 is not None


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{% extends 'ethicscheck/report.html.j2' %}{% block footer %}", "brand/report.html.j2:1"),
        ("{{ view.nothing }}", "can't be drawn"),
        ("{{ ''.__class__.__mro__ }}", "can't be drawn"),
        ("{% include '../d.csv' %}", "can't be drawn"),
        ("{% include '/etc/hostname' %}", "can't be drawn"),
        ("{{ range(10000000)|list }}", "can't be drawn"),
    ],
)
def test_a_template_cannot_leave_its_sandbox(
    folder: Path, capsys: pytest.CaptureFixture[str], template: str, said: str
) -> None:
    """No file outside its folder, nothing of Python; a slip is told with its line, and nothing is written."""
    own(template)

    assert audit("template: brand") == 2
    assert said in capsys.readouterr().err
    assert not Path("ethicscheck-out").exists()


def test_a_template_that_links_out_of_its_folder_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A link would bring any file of the machine into a published page."""
    own("{% include 'secret.j2' %}")
    Path("brand/secret.j2").symlink_to("/etc/hostname")

    assert audit("template: brand") == 2
    assert "leads out of its folder" in capsys.readouterr().err


def test_what_is_printed_by_a_template_is_escaped(folder: Path) -> None:
    """Labels come from strangers, whoever wrote the template."""
    Path("d.csv").write_text("g,y,p\n" + "<b>x</b>,1,1\n<b>x</b>,0,0\nb,0,1\n" * 50)
    own(
        '{% extends "ethicscheck/report.html.j2" %}{% block footer %}{{ view.shares[0].groups[0][0] }}{{ view.features[0].takeaway }}{% endblock %}'
    )

    assert audit("template: brand") == 3
    assert "<b>x</b>" not in page()


def test_every_block_is_documented_in_the_order_of_the_page() -> None:
    """docs/your-report.md lists what can be overridden; the template decides what that is."""
    root = Path(__file__).parents[2]
    template = (root / "src/ethicscheck/report/templates/report.html.j2").read_text()
    documented = re.findall(r"^\| `(\w+)` \|", (root / "docs/your-report.md").read_text(), re.MULTILINE)

    assert documented == re.findall(r"{% block (\w+) %}", template)
