"""`ethicscheck init`: guesses that can be run and checked, examples that work where they land, and nothing overwritten."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ethicscheck.auditing import load_config
from ethicscheck.cli import run
from ethicscheck.cli.drafting import draft_config, quote
from ethicscheck.cli.guessing import Guess, guess_columns
from ethicscheck.errors import ConfigError, EthicscheckError
from ethicscheck.model.config import DataConfig
from ethicscheck.model.strict_yaml import read_yaml

EXAMPLES = Path(__file__).parents[2] / "examples"
ROWS = 60


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stands in a folder of its own."""
    monkeypatch.chdir(tmp_path)


def guess(**columns: list[object]) -> Guess:
    """Guess the columns of a table whose columns are repeated to the same length."""
    texts = {name: [str(value) for value in values] for name, values in columns.items()}
    rows = [[values[place % len(values)] for values in texts.values()] for place in range(ROWS)]
    return guess_columns(list(texts), rows)


def names(found: Guess) -> dict[str, object]:
    """Return the guess as names alone."""
    parts = {"label": found.label, "prediction": found.prediction, "count": found.count, "weight": found.weight}
    named: dict[str, object] = {part: column.name for part, column in parts.items() if column is not None}
    if found.threshold is not None and found.score is not None:
        named |= {"score": found.score.name, "threshold": found.threshold}
    if found.positive is not None:
        named["positive"] = found.positive
    return {**named, "sensitive": {name: list(bins) for name, bins in found.sensitive.items()}}


def write_csv(path: Path, **columns: list[object]) -> None:
    pd.DataFrame({name: [values[n % len(values)] for n in range(ROWS)] for name, values in columns.items()}).to_csv(
        path, index=False
    )


def data_of(path: Path = Path("ethicscheck.yaml")) -> DataConfig:
    return load_config(path).config.data


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"y_true": [0, 1], "y_pred": [1, 0, 0], "race": ["a", "b"]},
         {"label": "y_true", "prediction": "y_pred", "sensitive": {"race": []}}),
        ({"label": [0, 1], "prediction": [1, 0, 0], "gender": ["f", "m", "x"]},
         {"label": "label", "prediction": "prediction", "sensitive": {"gender": []}}),
        ({"target": ["True", "False"], "predicted": ["True", "False"], "ethnicity": ["a", "b"]},
         {"label": "target", "prediction": "predicted", "sensitive": {"ethnicity": []}}),
        ({"outcome": ["yes", "no", "no"], "decision": ["no", "yes", "no"], "sex": ["M", "F"]},
         {"label": "outcome", "prediction": "decision", "positive": "yes", "sensitive": {"sex": []}}),
        ({"actualOutcome": [0, 1], "predictedOutcome": [0, 0, 1], "AgeGroup": ["<30", "30+"]},
         {"label": "actualOutcome", "prediction": "predictedOutcome", "sensitive": {"AgeGroup": []}}),
        ({"two_year_recid": [0, 1], "decile_score": list(range(1, 11)), "race": ["a", "b"]},
         {"label": "two_year_recid", "score": "decile_score", "threshold": 6.0, "sensitive": {"race": []}}),
        ({"y": [0, 1], "prob": [0.1, 0.5, 0.9], "sex": ["f", "m"]},
         {"label": "y", "score": "prob", "threshold": 0.5, "sensitive": {"sex": []}}),
        ({"y": [0, 1], "yhat": [0, 0, 1], "score": [0.1, 0.5, 0.9], "sex": ["f", "m"]},
         {"label": "y", "prediction": "yhat", "sensitive": {"sex": []}}),
        ({"sex": ["f", "m"], "admitted": [0, 1], "n": [5, 7, 9]},
         {"prediction": "admitted", "count": "n", "sensitive": {"sex": []}}),
        ({"sex": ["f", "m"], "admitted": [0, 1], "sample_weight": [0.5, 1.5]},
         {"prediction": "admitted", "weight": "sample_weight", "sensitive": {"sex": []}}),
        ({"age": list(range(20, 80)), "hired": [0, 1]}, {"prediction": "hired", "sensitive": {"age": [40, 60]}}),
        ({"attr": ["Male", "Female"], "went_on": [0, 1]}, {"prediction": "went_on", "sensitive": {"attr": []}}),
        ({"grp": ["White", "Black", "Asian"], "went_on": [0, 1]}, {"prediction": "went_on", "sensitive": {"grp": []}}),
    ],
    ids=["y_true", "label", "target", "words", "camel case", "compas", "probability", "both", "counts", "weights", "age",
         "by values: sex", "by values: race"],
)  # fmt: skip
def test_columns_are_guessed_by_name_and_by_values(
    columns: dict[str, list[object]], expected: dict[str, object]
) -> None:
    """The common names of the field, and values that speak for themselves."""
    assert names(guess(**columns)) == expected


@pytest.mark.parametrize(
    ("columns", "absent"),
    [
        ({"sex": ["f", "m"], "hired": [0, 1], "priors_count": [1, 2, 3]}, "count"),
        ({"sex": ["f", "m"], "hired": [0, 1], "count": [1, 2.5]}, "count"),
        ({"sex": ["f", "m"], "hired": [0, 1], "weight": [60, 75, 90]}, "weight"),
        ({"sex": ["f", "m"], "hired": [0, 1], "w": [-1, 1]}, "weight"),
        ({"sex": ["f", "m"], "hired": [0, 1], "owner": [0, 1]}, "label"),
        ({"sex": ["f", "m"], "owner": [0, 1], "employed": [0, 1]}, "prediction"),
        ({"sex": ["f", "m"], "prediction": ["a", "b", "c"]}, "prediction"),
        ({"sex": ["f", "m"], "risk": [1, 2, 3], "hired": [0, 1]}, "score"),
    ],
    ids=["a feature called count", "half a person", "kilograms", "negative", "any two values", "two candidates", "three values",
         "risk"],
)  # fmt: skip
def test_what_would_be_a_stab_in_the_dark_is_left_out(columns: dict[str, list[object]], absent: str) -> None:
    """A wrong guess that runs is worse than a gap that is named."""
    assert absent not in names(guess(**columns))


def test_identifiers_are_no_groups() -> None:
    """A name column that says race in its name, with a value for each row, would be refused by the audit."""
    assert guess(race_id=[f"r{n}" for n in range(ROWS)], hired=[0, 1]).sensitive == {}


def test_the_guessed_config_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Ready to run when the guesses are right: measured, undecided because no limit was agreed on."""
    write_csv(Path("people.csv"), repaid=["yes", "no", "no"], approved=["no", "yes"], sex=["f", "m", "Unknown"],
              age=list(range(20, 80)))  # fmt: skip

    assert run(["init", "--data", "people.csv"]) == 0
    out, err = capsys.readouterr()
    assert run(["audit", "-q"]) == 3

    assert err == ""
    assert out.splitlines() == [
        "wrote ethicscheck.yaml",
        "wrote ethicscheck.schema.json",
        "guessed: label repaid; prediction approved; groups by sex, age",
        "Look at each line that says “check this”.",
        "next: ethicscheck audit",
    ]
    data = data_of()
    assert (data.label, data.prediction, data.positive) == ("repaid", "approved", "yes")
    assert data.unknown == ("Unknown",)
    assert data.sensitive["age"].bins == (40, 60)


def test_every_guess_says_that_it_is_one_and_what_was_seen() -> None:
    """The person who knows the data must be able to check each line at a glance."""
    write_csv(Path("d.csv"), repaid=["yes", "no", "no"], approved=["no", "yes"], sex=["f", "m"])
    run(["init", "--data", "d.csv"])

    text = Path("ethicscheck.yaml").read_text(encoding="utf-8")

    lines = {line.split(":")[0].strip(): line for line in text.splitlines()}
    for key in ("label", "prediction", "positive", "sensitive", "sex", "name"):
        assert "check this" in lines[key], key
    assert "no (40), yes (20)" in lines["label"]
    assert (
        "the value that means yes; repaid: seen: no (40), yes (20); approved: seen: no (30), yes (30)"
        in lines["positive"]
    )
    assert "all 60 rows of d.csv" in text
    assert "TODO" not in text


def test_a_score_beside_a_decision_says_what_it_would_add() -> None:
    """It is left out of the draft for brevity, not because nothing is made of it."""
    write_csv(Path("d.csv"), y=[0, 1], yhat=[0, 0, 1], score=[0.1, 0.5, 0.9], sex=["f", "m"])
    run(["init", "--data", "d.csv"])
    text = Path("ethicscheck.yaml").read_text(encoding="utf-8")

    assert re.search(r"# score: score +# adds calibration, ROC AUC and thresholds; seen: 0.1", text)


def test_positive_is_written_wherever_values_are_not_bits() -> None:
    """A value that means yes is never guessed in silence; 0/1 and true/false need no saying."""
    assert guess(prediction=[0, 1], sex=["f", "m"]).positive is None
    assert guess(prediction=["TRUE", "False"], sex=["f", "m"]).positive is None
    assert guess(prediction=["deny", "approve"], sex=["f", "m"]).positive == "approve"
    assert guess(prediction=["a", "a", "b"], sex=["f", "m"]).positive == "b"
    assert guess(y=["1", "2", "2"], prediction=["2", "1", "1"], sex=["f", "m"]).positive == "2"


def test_different_words_for_outcome_and_decision_are_pointed_out() -> None:
    """One `positive` can't fit both, so the draft says what to do."""
    write_csv(Path("d.csv"), outcome=["paid", "defaulted"], decision=["approve", "deny"], sex=["f", "m"])
    run(["init", "--data", "d.csv"])

    assert "these are different words, so recode one of the columns" in Path("ethicscheck.yaml").read_text()


def test_what_is_not_found_is_named_and_the_audit_says_so_too(capsys: pytest.CaptureFixture[str]) -> None:
    """A draft with gaps is a start; it must not be mistaken for a whole."""
    write_csv(Path("d.csv"), colour=["red", "green", "blue"], size=["s", "m", "l"])

    assert run(["init", "--data", "d.csv"]) == 0
    assert "not found, fill in: data.prediction, data.sensitive" in capsys.readouterr().out
    assert run(["audit"]) == 2

    err = capsys.readouterr().err
    assert "there is no data.prediction" in err
    assert "name at least one sensitive feature" in err


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_another_separator_is_seen(separator: str) -> None:
    """Exports from spreadsheets use semicolons; the draft says so, and runs."""
    Path("d.csv").write_text("sex,hired\n".replace(",", separator) + f"f{separator}1\nm{separator}0\n" * 40)

    assert run(["init", "--data", "d.csv"]) == 0

    assert data_of().delimiter == separator
    assert run(["audit", "-q"]) == 3


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "jsonl", "csv.gz"])
def test_every_format_gives_the_same_guess(ending: str) -> None:
    """The sample is read as the audit reads the file."""
    frame = pd.DataFrame({"sex": ["f", "m"] * 30, "hired": [1, 0, 0] * 20, "age": list(range(20, 80))})
    path = Path(f"d.{ending}")
    if ending == "parquet":
        frame.to_parquet(path)
    elif ending == "jsonl":
        frame.to_json(path, orient="records", lines=True)
    else:
        frame.to_csv(path, index=False, sep="\t" if ending == "tsv" else ",")

    assert run(["init", "--data", str(path)]) == 0

    data = data_of()
    assert (data.prediction, list(data.sensitive)) == ("hired", ["sex", "age"])
    assert data.sensitive["age"].bins == (40, 60)


def test_the_look_is_bounded_and_says_how_far_it_went() -> None:
    """A billion rows are not read for a guess."""
    Path("d.csv").write_text("sex,hired\n" + "f,1\nm,0\n" * 5_000 + "x,1\n")

    run(["init", "--data", "d.csv"])

    text = Path("ethicscheck.yaml").read_text(encoding="utf-8")
    assert "the first 10,000 rows of d.csv" in text
    assert "f (5,000), m (5,000)" in text


def test_the_source_is_relative_to_the_config(tmp_path: Path) -> None:
    """Config and data may move together; no path of this machine is written."""
    (tmp_path / "data").mkdir()
    write_csv(Path("data/d.csv"), sex=["f", "m"], hired=[0, 1])

    assert run(["init", "audits/2026 spring", "--data", "data/d.csv"]) == 0

    config = Path("audits/2026 spring/ethicscheck.yaml")
    assert data_of(config).source == ("../../data/d.csv",)
    assert str(tmp_path) not in config.read_text()
    assert run(["audit", str(config), "-q"]) == 3


def test_a_folder_with_a_blank_is_quoted_in_the_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed can be pasted."""
    assert run(["init", "my audit"]) == 0

    assert capsys.readouterr().out.splitlines()[-1] == "next: ethicscheck audit 'my audit/ethicscheck.yaml'"


def test_without_options_a_template_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    """It is a valid config with the README's columns; the audit says what is not there yet."""
    assert run(["init"]) == 0
    assert "It is a template" in capsys.readouterr().out

    config = load_config(Path("ethicscheck.yaml")).config
    assert (config.data.label, list(config.data.sensitive)) == ("paid_back", ["sex", "age_group"])
    assert run(["audit"]) == 2
    assert "there is no file 'predictions.parquet'" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(path.parent.name for path in EXAMPLES.glob("*/ethicscheck.yaml")))
def test_an_example_works_where_it_lands(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """All its files, and nothing that an audit in the checkout left behind."""
    assert run(["init", "mine", "--example", name]) == 0
    assert "next: ethicscheck audit mine/ethicscheck.yaml" in capsys.readouterr().out

    assert Path("mine/README.md").read_bytes() == (EXAMPLES / name / "README.md").read_bytes()
    assert run(["audit", "mine/ethicscheck.yaml", "-q"]) in (0, 1, 3)
    assert not Path("mine/ethicscheck-out").exists()


def test_what_python_compiled_is_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip compiles the scripts of the examples it installs; a copy holds what was written."""
    made = tmp_path / "examples/lending"
    (made / "__pycache__").mkdir(parents=True)
    for name in ("ethicscheck.yaml", "make.py", "stray.pyc", "__pycache__/make.cpython-311.pyc"):
        (made / name).write_text("x")
    monkeypatch.setattr("ethicscheck.cli.init.examples_folder", lambda: tmp_path / "examples")

    assert run(["init", "mine", "--example", "lending"]) == 0

    assert sorted(path.name for path in Path("mine").rglob("*")) == ["ethicscheck.yaml", "make.py"]


@pytest.mark.parametrize("name", sorted(path.parent.name for path in EXAMPLES.glob("*/ethicscheck.yaml")))
def test_an_example_says_how_to_audit_it_where_it_lies(name: str) -> None:
    """In a copy there is no folder `examples`."""
    text = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")

    assert f"    ethicscheck audit examples/{name}/ethicscheck.yaml\n" in text
    assert f"In a copy made by `ethicscheck init --example {name}`: `ethicscheck audit`." in text


def test_an_unknown_example_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, nothing written."""
    assert run(["init", "mine", "--example", "berkley"]) == 2

    assert capsys.readouterr().err == "error: there is no example 'berkley' (--example) — did you mean 'berkeley'?\n"
    assert not Path("mine").exists()


@pytest.mark.parametrize("taken", ["ethicscheck.yaml", "README.md", "predictions.csv"])
def test_nothing_is_overwritten(taken: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One file in the way, and not one is written."""
    Path(taken).write_text("mine")

    assert run(["init", "--example", "compas"]) == 2

    assert "exists" in capsys.readouterr().err
    assert [path.name for path in Path().iterdir()] == [taken]
    assert Path(taken).read_text() == "mine"


@pytest.mark.parametrize("words", [[], ["--data", "d.csv"]])
def test_an_existing_config_is_kept(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Even a link that leads nowhere is someone's."""
    write_csv(Path("d.csv"), sex=["f", "m"], hired=[0, 1])
    Path("ethicscheck.yaml").symlink_to("elsewhere.yaml")

    assert run(["init", *words]) == 2

    err = capsys.readouterr().err
    assert err == "error: ethicscheck.yaml exists; nothing was written — choose another folder, or move it away\n"
    assert not Path("elsewhere.yaml").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--data", "no.csv"], "there is no file 'no.csv' (--data)"),
        (["--data", "."], "'.' is a folder (--data)"),
        (["--data", "d.xlsx"], "the format of 'd.xlsx' is not known"),
        (["--data", "empty.csv"], "the file is empty (empty.csv:1)"),
        (["--data", "ragged.csv"], "this line has 3 cells where the header has 2 (ragged.csv:2)"),
        (["--data", "a.csv", "--example", "compas"], "--data and --example exclude each other"),
        (["taken/inside"], "can't write"),
    ],
)
def test_what_can_t_be_done_is_said_and_nothing_is_written(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 with the cause."""
    Path("d.xlsx").write_text("x")
    Path("empty.csv").write_text("")
    Path("ragged.csv").write_text("a,b\n1,2,3\n")
    Path("taken").write_text("")

    assert run(["init", *words]) == 2

    assert message in capsys.readouterr().err
    assert not Path("ethicscheck.yaml").exists()


def test_a_file_with_no_rows_still_gives_a_draft() -> None:
    """The header alone can't be guessed from; the gaps are named."""
    Path("d.csv").write_text("sex,hired\n")

    assert run(["init", "--data", "d.csv"]) == 0
    assert "all 0 rows" in Path("ethicscheck.yaml").read_text()


TRAPS = ["yes", "no", "null", "~", "1.10", "010", "a: b", "- a", "#x", "a #b", "'", '"', "\\", "[", "{a}", "*a", "&a", "!x", "%", "@",
         "`", "|", ">", "?", ":", "a\nb", "a\tb", "\x1b[31m", "\u202e", "\x85", "\ufeff", "\ue000", "\uffff", "😀", " ", "…", "---", "..."]  # fmt: skip


@pytest.mark.parametrize("text", TRAPS)
def test_any_text_is_quoted_so_that_it_reads_back(text: str) -> None:
    """Column names and values are whatever people write."""
    document = read_yaml(f"{quote(text)}: {quote(text)}\nlist: [{quote(text)}]\n", "x.yaml")

    assert document.problems == []
    assert document.value == {text: text, "list": [text]}
    assert YAML(typ="safe", pure=True).load(f"a: {quote(text)}\n")["a"] in (text, float("nan"), 1.1, 8, 10)


WORDS = st.one_of(
    st.sampled_from(
        [*TRAPS, "sex", "race", "age", "y", "p", "prediction", "label", "score", "n", "weight", "Unknown", ""]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
CELLS = st.one_of(WORDS, st.sampled_from(["0", "1", "f", "m", "White", "Black", "0.5", "1e3", "-2", "true"]))


@given(
    header=st.lists(
        WORDS.filter(lambda name: bool(name.strip())), min_size=1, max_size=6, unique=True
    ),  # a blank name is not sampled
    rows=st.lists(st.lists(CELLS, min_size=6, max_size=6), max_size=12),
)
@example(header=["sex: [", "p"], rows=[["f\n", "0"] * 3, ["m", "1"] * 3])
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_table_holds_the_draft_is_a_config(header: list[str], rows: list[list[str]]) -> None:
    """Every name and value reads back as it was; only gaps that the draft names itself are refused."""
    found = guess_columns(header, [row[: len(header)] for row in rows])
    text = draft_config(found, "d.csv", "d.csv", None, len(rows), True)
    Path("c.yaml").write_text(text, encoding="utf-8")

    if (found.prediction is None and found.threshold is None) or not found.sensitive:
        with pytest.raises(ConfigError) as caught:
            load_config(Path("c.yaml"))
        gaps = ("there is no data.prediction", "data.sensitive: name at least one sensitive feature")
        assert all(problem.what.startswith(gaps) for problem in caught.value.problems), str(caught.value)
        return

    data = load_config(Path("c.yaml")).config.data
    assert list(data.sensitive) == list(found.sensitive)
    assert data.prediction == (found.prediction.name if found.prediction else None)
    assert data.label == (found.label.name if found.label else None)
    assert data.positive == found.positive
    assert data.unknown == found.unknown


@given(rows=st.lists(st.lists(CELLS.filter(lambda text: "\x00" not in text), min_size=3, max_size=3), max_size=8))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_init_never_crashes_on_a_csv(rows: list[list[str]]) -> None:
    """A draft or a clear error, whatever stands in the cells."""
    table = io.StringIO()
    csv.writer(table).writerows([["sex", "p", "age"], *rows])
    Path("d.csv").write_text(table.getvalue(), encoding="utf-8", newline="")
    Path("ethicscheck.yaml").unlink(missing_ok=True)

    with contextlib.suppress(EthicscheckError):
        run(["init", "--data", "d.csv"], debug=True)


def test_the_help_names_every_example() -> None:
    """A new example must not stay unknown."""
    from ethicscheck.cli.init import init_command

    (option,) = [part for part in init_command.params if part.name == "example"]
    named = set(re.findall(r"[a-z]+(?=[,.])", str(option.help).partition(":")[2]))  # type: ignore[attr-defined]

    assert named == {path.parent.name for path in EXAMPLES.glob("*/ethicscheck.yaml")}


def test_a_number_with_a_control_character_behind_it_is_a_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Found by the test of drafts above: Python strips the character, and then can't read the number."""
    monkeypatch.chdir(tmp_path)
    Path("rows.csv").write_text("age,offered\n" + "0\x1f,1\n31,0\n" * 20)

    assert run(["init", "--data", "rows.csv"]) == 0
    capsys.readouterr()
    assert "bins: [" not in Path("ethicscheck.yaml").read_text(encoding="utf-8")
