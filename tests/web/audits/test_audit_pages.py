"""The pages about audits: the list, one audit with its documents, two side by side. Over real audits of the examples."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ethicscheck.api import audit, load
from ethicscheck.exports import render_document
from ethicscheck.web.runs.log import RunLog
from web_helpers import EXAMPLES, Served, compas, csrf_of, serve


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A folder with three audits of two systems, a record that is broken, and a config that is."""
    folder = tmp_path_factory.mktemp("served")
    made = compas(folder)
    config = made / "ethicscheck.yaml"
    asked = config.read_text(encoding="utf-8")
    config.write_text(asked.replace("max: 0.10", "max: 0.50"), encoding="utf-8")
    audit(str(config)).save(made / "ethicscheck-out" / "second", formats=["json"])
    config.write_text(asked, encoding="utf-8")
    shutil.copytree(EXAMPLES / "hiring", folder / "hiring")
    audit(str(folder / "hiring" / "ethicscheck.yaml")).save(folder / "hiring" / "out", formats=["json"])
    for name, content in (("broken", b'{"schema": 1}'), ("cut", b'{"sch'), ("edited", _edited(made))):
        (folder / name).mkdir()
        (folder / name / "audit.json").write_bytes(content)
    (folder / "wrong").mkdir()
    (folder / "wrong" / "ethicscheck.yaml").write_text(
        "schema: ethicscheck/config/1\nnonsense: <b>1</b>\n", encoding="utf-8"
    )
    return serve(folder, team=True)


def _edited(made: Path) -> bytes:
    record = json.loads((made / "ethicscheck-out" / "audit.json").read_bytes())
    record["verdict"] = "pass"
    return json.dumps(record).encode()


def key(served: Served, name: str) -> str:
    return served.site.project.key_of(served.folder / name)


FIRST, SECOND = "compas/ethicscheck-out/audit.json", "compas/ethicscheck-out/second/audit.json"
HIRING = "hiring/out/audit.json"


def test_the_list_shows_each_audit_and_each_config(audited: Served) -> None:
    """Verdict, system, date and tally; what a button would read; broken files say what is wrong with them."""
    page = audited.owner().get("/audits").text

    for name in (FIRST, SECOND, HIRING):
        assert f'href="/audits/{key(audited, name)}"' in page
    assert page.count("Fails its rules") == 2
    assert "2 rules failed" in page
    assert "its schema is 1" in page
    assert "predictions.csv" in page
    assert page.count(">Audit now</button>") == 2
    assert "nonsense" in page
    assert "<b>1</b>" not in page


def test_an_audit_says_its_verdict_its_findings_and_its_digest(audited: Served) -> None:
    """The page's words are the report's; its digest is the file's."""
    page = audited.owner().get(f"/audits/{key(audited, FIRST)}").text
    content = (audited.folder / FIRST).read_bytes()

    assert "Worst finding" in page
    assert "False negative rate by race" in page
    assert hashlib.sha256(content).hexdigest() in page
    assert 'href="/checklists/transparency' in page
    assert "the format ll144 publishes the tables of the profile nyc-ll144, which this audit lacks" in page


@pytest.mark.parametrize("name", ["broken", "cut", "edited"])
def test_a_record_that_is_broken_says_so_on_every_page(audited: Served, name: str) -> None:
    """Never a page that breaks: each says what is wrong with the file."""
    owner, broken = audited.owner(), key(audited, f"{name}/audit.json")
    for address in (
        f"/audits/{broken}",
        f"/audits/{broken}/report",
        f"/audits/{broken}/download/pdf",
        f"/compare?old={broken}&new={key(audited, FIRST)}",
    ):
        answer = owner.get(address)
        assert answer.status_code == 422, address
        assert "audit.json" in answer.text
    kept = owner.get(f"/audits/{broken}/download/json")
    assert kept.content == (audited.folder / name / "audit.json").read_bytes()


def test_the_report_is_drawn_from_the_record_in_a_sandbox(audited: Served) -> None:
    """The very bytes of `ethicscheck report`, under a policy in which nothing runs."""
    answer = audited.owner().get(f"/audits/{key(audited, FIRST)}/report")

    assert answer.content == render_document(load(audited.folder / FIRST).record, "html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    assert answer.headers["cross-origin-opener-policy"] == "unsafe-none"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "media"),
    [("json", "application/json"), ("html", "text/html"), ("summary", "text/html"), ("markdown", "text/markdown")],
)
def test_documents_are_saved_and_never_shown(audited: Served, name: str, media: str) -> None:
    """Each comes as an attachment, of its own type, and is what the command line makes."""
    answer = audited.owner().get(f"/audits/{key(audited, FIRST)}/download/{name}")

    record = load(audited.folder / FIRST).record
    expected = (audited.folder / FIRST).read_bytes() if name == "json" else render_document(record, name)
    assert answer.content == expected
    assert answer.headers["content-type"].startswith(media)
    assert re.fullmatch(
        r'attachment; filename="compas-two-year-recidivism-screen_\d{4}-\d\d-\d\d_[a-z.]+"',
        answer.headers["content-disposition"],
    )


def test_a_document_that_can_t_be_made_says_why(audited: Served) -> None:
    """The tables of a profile that the audit lacks: 409 and words; an unknown document is not there."""
    owner, first = audited.owner(), key(audited, FIRST)

    refused = owner.get(f"/audits/{first}/download/ll144")
    assert refused.status_code == 409
    assert "which this audit lacks" in refused.text
    assert owner.get(f"/audits/{key(audited, HIRING)}/download/ll144").status_code == 200
    assert owner.get(f"/audits/{first}/download/exe").status_code == 404
    assert owner.get("/audits/nothing-000000").status_code == 404


def test_an_extra_that_is_not_installed_is_said_in_words(audited: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page names what to install; asking all the same is refused in the same words."""
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "weasyprint" else found(name, *more)
    )
    fresh = serve(audited.folder, team=True)
    owner, first = fresh.owner(), key(fresh, FIRST)

    assert "ethicscheck[pdf]" in owner.get(f"/audits/{first}").text
    refused = owner.get(f"/audits/{first}/download/pdf")
    assert refused.status_code == 409
    assert "which is not installed" in refused.text


def test_two_audits_stand_side_by_side(audited: Served) -> None:
    """Both verdicts and worst findings, then what changed; the documents are those of `ethicscheck compare`."""
    owner = audited.owner()
    asked = f"?old={key(audited, FIRST)}&new={key(audited, SECOND)}"
    page = owner.get(f"/compare{asked}").text

    assert "2 rules failed" in page
    assert page.count("Worst finding") + page.count("Nearest to its limit") == 2
    assert "The limit moved from at most 0.1 to 0.5" in page
    for name, start in (("html", b"<!doctype html>"), ("markdown", b""), ("json", b"{")):
        answer = owner.get(f"/compare/download/{name}{asked}")
        assert answer.status_code == 200
        assert answer.content.startswith(start)
        assert answer.headers["content-disposition"].startswith("attachment; ")
    assert owner.get(f"/compare/download/exe{asked}").status_code == 404


def test_audits_to_compare_are_chosen_of_one_system(audited: Served) -> None:
    """At first an audit of the same system is chosen beside the one that is named; the same one twice is refused."""
    owner, first = audited.owner(), key(audited, FIRST)

    page = owner.get(f"/compare?new={first}").text
    assert re.findall(r'value="([^"]+)" selected', page) == [key(audited, SECOND), first]
    assert "Choose two different audits" in owner.get(f"/compare?old={first}&new={first}").text
    assert owner.get("/compare?old=nothing&new=none").status_code == 404


def test_audits_that_can_t_be_compared_say_why(audited: Served, tmp_path: Path) -> None:
    """Where the same names stand for different things, no number is compared."""
    shutil.copytree(audited.folder / "compas", tmp_path / "compas")
    config = tmp_path / "compas" / "ethicscheck.yaml"
    asked = config.read_text(encoding="utf-8")
    config.write_text(asked.replace("favourable: 0 ", "favourable: 1 "), encoding="utf-8")
    audit(str(config)).save(tmp_path / "compas" / "other", formats=["json"])
    served = serve(tmp_path)

    page = served.owner().get(f"/compare?old={key(served, FIRST)}&new={key(served, 'compas/other/audit.json')}").text
    assert "Can’t be compared" in page
    assert "no number is compared" in page


def test_hostile_names_are_text_and_nothing_else(tmp_path: Path) -> None:
    """A system may be called anything: its name is shown as it is written, and makes no header and no markup."""
    made = compas(tmp_path, audited=False)
    config = made / "ethicscheck.yaml"
    asked = config.read_text(encoding="utf-8").replace(
        "COMPAS two-year recidivism screen", '"<script>alert(1)</script>\\r\\nX: 1"'
    )
    config.write_text(asked, encoding="utf-8")
    audit(str(config)).save(made / "out", formats=["json"])
    served = serve(tmp_path)
    owner, one = served.owner(), key(served, "compas/out/audit.json")

    for address in ("/audits", f"/audits/{one}", f"/audits/{one}/report", "/compare"):
        assert "<script>alert" not in owner.get(address).text
    answer = owner.get(f"/audits/{one}/download/json")
    assert re.fullmatch(r'attachment; filename="[a-z0-9_.-]+"', answer.headers["content-disposition"])
    assert "x" not in answer.headers


def test_readers_start_and_stop_nothing(audited: Served) -> None:
    """An audit takes a reviewer; a reader sees no button, and a form of their own is refused."""
    store = audited.site.store
    person = store.invite("Rob Reader", "product", "reader", 7)
    invite = next(known.invite for known in store.known() if known.person.id == person)
    reader = audited.browser()
    address = f"/invite/{store.token_for(invite)}"
    reader.post(address, data={"csrf": csrf_of(reader.get(address).text)})

    page = reader.get("/audits")
    assert page.status_code == 200
    assert ">Audit now</button>" not in page.text
    data = {"csrf": csrf_of(page.text), "config": key(audited, "compas/ethicscheck.yaml")}
    assert reader.post("/runs", data=data).status_code == 403
    assert reader.get(f"/audits/{key(audited, FIRST)}/download/json").status_code == 200


def told(client: TestClient, address: str) -> list[dict[str, object]]:
    """Return the events of an audit, to their end."""
    answer = client.get(f"{address}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    return [json.loads(line.removeprefix("data: ")) for line in answer.text.splitlines() if line.startswith("data: ")]


def test_an_audit_is_started_watched_and_found_in_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start by a form, follow by events to the end, open what was made; the audit's page names who started it."""
    monkeypatch.setattr("ethicscheck.web.project.FRESH", 3600.0)  # nothing is found by looking again in time
    compas(tmp_path, audited=False)
    served = serve(tmp_path)
    owner = served.owner()
    with TestClient(served.app, base_url=str(owner.base_url), headers=owner.headers, cookies=owner.cookies) as client:
        page = client.get("/audits").text
        data = {"csrf": csrf_of(page), "config": key(served, "compas/ethicscheck.yaml")}
        assert client.post("/runs", data={"config": data["config"]}).status_code == 403
        assert client.post("/runs", data=data | {"config": "../etc"}).status_code == 404
        started = client.post("/runs", data=data, follow_redirects=False)
        address = started.headers["location"]
        assert started.status_code == 303
        assert client.post("/runs", data=data, follow_redirects=False).headers["location"] == address
        assert "Started by Ana Ruiz" in client.get(address).text
        events = told(client, address)
        assert events[-1]["ended"]
        assert str(events[-1]["words"]).startswith("Done: the audit fails its rules")
        made = client.get(str(events[-1]["link"])).text
        assert "started here by Ana Ruiz" in made
        assert str(events[-1]["link"]) in client.get("/audits").text
        assert "Open the audit" in client.get(address).text
        assert client.get("/runs/none/events").status_code == 404
    assert [fact["event"] for fact in RunLog(tmp_path).lines()] == ["started", "ended"]


def test_an_audit_is_stopped_by_a_form_and_by_the_end_of_the_server(tmp_path: Path) -> None:
    """Stopped by a person, or because the server ends: nothing is left of it, and the log says which."""
    from test_running_audits import waiting_project

    configs = [waiting_project(tmp_path / name) for name in ("a", "b")]
    served = serve(tmp_path)
    owner = served.owner()
    with TestClient(served.app, base_url=str(owner.base_url), headers=owner.headers, cookies=owner.cookies) as client:
        csrf = csrf_of(client.get("/audits").text)
        addresses = [
            client.post(
                "/runs", data={"csrf": csrf, "config": served.site.project.key_of(config)}, follow_redirects=False
            ).headers["location"]
            for config in configs
        ]
        assert "Stop the audit" in client.get(addresses[0]).text
        assert client.post(f"{addresses[0]}/stop", data={}).status_code == 403
        while not (tmp_path / "a" / "reached").exists():
            time.sleep(0.02)
        client.post(f"{addresses[0]}/stop", data={"csrf": csrf})
        assert told(client, addresses[0])[-1]["words"] == "Stopped by Ana Ruiz. Nothing was written."
    ends = [fact for fact in RunLog(tmp_path).lines() if fact["event"] == "ended"]
    assert [fact.get("ended_by") for fact in ends] == ["Ana Ruiz", None]
    assert {fact["state"] for fact in ends} == {"stopped"}
    assert not list(tmp_path.glob("*/ethicscheck-out"))
