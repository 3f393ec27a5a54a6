"""Reference populations: inline and from files, added up where less is asked, and every mistake with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ethicscheck.errors import ConfigError
from ethicscheck.model.population import read_population
from ethicscheck.model.strict_yaml import Document, read_yaml

CONFIG = Document("ethicscheck.yaml")
FEATURES = ["race", "sex"]
JOINT = "race,sex,count\nA,F,30\nA,M,20\nB,F,10\nB,M,40\n"


def read(folder: Path, name: str, text: str):
    """Write a file and read the one population in it."""
    (folder / name).write_text(text, encoding="utf-8")
    (population,) = read_population(name, FEATURES, CONFIG, folder)
    return population


def problems(folder: Path, text: str, name: str = "census.csv"):
    """Return what is said of a broken file, in the order of its lines."""
    with pytest.raises(ConfigError) as caught:
        read(folder, name, text)
    return [str(problem) for problem in caught.value.problems]


def test_counts_become_shares_of_all_or_of_fewer_features(tmp_path: Path) -> None:
    """A joint table serves the intersection and, added up, each feature; the order of the features asked for is kept."""
    population = read(tmp_path, "census.csv", JOINT)

    assert population.by(("sex", "race")) == {("F", "A"): 0.3, ("M", "A"): 0.2, ("F", "B"): 0.1, ("M", "B"): 0.4}
    assert population.by(("race",)) == {("A",): 0.5, ("B",): 0.5}
    assert population.by(("age",)) is None
    assert (population.name, len(population.sha256 or "")) == ("census.csv", 64)


def test_the_same_table_in_csv_json_and_yaml_is_the_same_population(tmp_path: Path) -> None:
    """One reader for the meaning, whatever the format."""
    rows = [{"sex": "F", "share": 0.51}, {"sex": "M", "share": 0.49}]
    found = [
        read(tmp_path, "a.csv", "sex,share\nF,0.51\nM,0.49\n"),
        read(tmp_path, "a.json", json.dumps(rows)),
        read(tmp_path, "a.yaml", "- {sex: F, share: 0.51}\n- {sex: M, share: 0.49}\n"),
    ]

    assert [population.by(("sex",)) for population in found] == [{("F",): 0.51, ("M",): 0.49}] * 3


def test_labels_stay_the_text_that_was_written(tmp_path: Path) -> None:
    """NO is no False, 010 no 8 and no 10."""
    population = read(tmp_path, "a.yaml", "- {sex: NO, share: 0.5}\n- {sex: 010, share: 0.5}\n")

    assert set(population.shares) == {("NO",), ("010",)}


def test_inline_shares_may_be_rounded_and_are_made_whole() -> None:
    """Three thirds of .333 add up to .999: meant as all."""
    (population,) = read_population({"sex": {"F": 0.333, "M": 0.333, "X": 0.333}}, FEATURES, CONFIG, Path())

    assert sum(population.shares.values()) == pytest.approx(1, abs=1e-15)


def test_inline_mistakes_are_told_with_their_lines() -> None:
    """All at once: an unknown feature, a share above 1, and shares that don't add up, with their sum."""
    document = read_yaml(
        "data:\n  population:\n    sax: {F: 1.0}\n    sex:\n      F: 1.4\n    race: {A: 0.5, B: 0.4}\n",
        "ethicscheck.yaml",
    )
    value = {"sax": {"F": 1.0}, "sex": {"F": 1.4}, "race": {"A": 0.5, "B": 0.4}}
    with pytest.raises(ConfigError) as caught:
        read_population(value, FEATURES, document, Path())

    texts = [str(problem) for problem in caught.value.problems]
    assert texts[0] == "data.population: 'sax' is not a sensitive feature (ethicscheck.yaml:3) — did you mean 'sex'?"
    assert texts[1].startswith("data.population.sex.F: a share is from 0 to 1 (ethicscheck.yaml:5)")
    assert texts[2].startswith("data.population.race: the shares add up to 0.9, not to 1 (ethicscheck.yaml:6)")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sex,share\nF,0.5\nM,0.4\n", ["the shares add up to 0.9, not to 1 (census.csv:1)"]),
        (
            "sex,share\nF,51\nM,49\n",
            ["a share is from 0 to 1, not 51 (census.csv:2)", "a share is from 0 to 1, not 49"],
        ),
        ("sex,share\nF,0.5\nF,0.5\n", ["F stands here twice (first on line 2) (census.csv:3)"]),
        ("sex,share\nF,half\nM,0.5\n", ["share: a finite number is meant here, not 'half' (census.csv:2)"]),
        ("sex,share\nF\n", ["1 cells, but the header has 2 (census.csv:2)"]),
        ("sex,count\nF,1.5\n", ["a count is a whole number, 0 or more, not 1.5 (census.csv:2)"]),
        ("sex,count\nF,-1\n", ["a count is a whole number, 0 or more, not -1 (census.csv:2)"]),
        ("sex,count\n,5\n", ["a group without a name (census.csv:2)"]),
        ("sex,count\nF,0\n", ["there is nobody in this population (census.csv:1)"]),
        ("sex,n\nF,5\n", ["there is no column `share` or `count` (census.csv:1)", "the column 'n' is not"]),
        ("sex,share,count\nF,1,5\n", ["there are both `share` and `count` (census.csv:1)"]),
        ("sexx,share\nF,1\n", ["the column 'sexx' is not a sensitive feature (census.csv:1) — did you mean 'sex'?"]),
        ("share\n1\n", ["there is no column of a sensitive feature (census.csv:1)"]),
        ('sex,share\n"F,1\n', ["not valid CSV"]),
    ],
)
def test_mistakes_in_a_file_are_told_with_their_lines(tmp_path: Path, text: str, said: list[str]) -> None:
    """Nothing is dropped or guessed."""
    found = problems(tmp_path, text)

    assert len(found) == len(said)
    for text_found, expected in zip(found, said, strict=True):
        assert text_found.startswith(expected)


def test_a_list_of_groups_is_asked_for_in_yaml(tmp_path: Path) -> None:
    """A mapping says nothing of which column is which; a group that lacks its share has a line."""
    assert problems(tmp_path, "sex: {F: 0.5}\n", "a.yaml")[0].startswith("a list of groups is meant here")
    assert problems(tmp_path, "- {sex: F, share: 0.5}\n- {sex: M}\n", "a.yaml") == [
        "this group lacks or adds 'share' (a.yaml:2) — give sex and share"
    ]


def test_a_missing_file_and_an_unknown_format_are_config_errors(tmp_path: Path) -> None:
    """The line is the config's, and the hint says what a path is relative to."""
    document = read_yaml("data:\n  population: nowhere.csv\n", "ethicscheck.yaml")
    with pytest.raises(ConfigError, match="there is no file 'nowhere") as caught:
        read_population("nowhere.csv", FEATURES, document, tmp_path)
    assert caught.value.problems[0].line == 2
    (tmp_path / "census.xlsx").write_bytes(b"")
    with pytest.raises(ConfigError, match="is no csv, json or yaml file"):
        read_population("census.xlsx", FEATURES, document, tmp_path)
    (tmp_path / "latin.csv").write_bytes("sex,share\nFräulein,1\n".encode("latin-1"))
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        read_population("latin.csv", FEATURES, document, tmp_path)
