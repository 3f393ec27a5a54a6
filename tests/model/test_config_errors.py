"""Every trap of YAML and every slip in a config: refused, all at once, with the line and the way out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ethicscheck.auditing import load_config, make_config
from ethicscheck.errors import ConfigError
from ethicscheck.model.config import Config
from helpers import config_value

BASE = """\
schema: ethicscheck/config/1
subject: {name: x}
data:
  source: d.csv
  label: y
  prediction: p
  sensitive: [race, sex]
"""


def problems(folder: Path, text: str | bytes) -> list[str]:
    """Return the problems of a config, as they are printed."""
    path = folder / "c.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    lines = [problem.line for problem in caught.value.problems]
    found = str(caught.value).splitlines()
    assert lines == sorted(lines)
    assert len(set(found)) == len(found)
    for word in (
        "pydantic",
        "Input should",
        "Extra inputs",
        "valid dictionary",
        "Field required",
        "function-",
        "literal[",
    ):
        assert word not in str(caught.value)
    return found


def config(folder: Path, text: str) -> Config:
    """Return a config that is fine."""
    (folder / "c.yaml").write_text(text, encoding="utf-8")
    return load_config(folder / "c.yaml").config


def rule(text: str) -> str:
    """Return the base with one rule, on line 9."""
    return f"{BASE}policy: {{rules: [\n  {{{text}}}\n]}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("polcy: {}", "unknown key 'polcy' (c.yaml:8) — did you mean 'policy'?"),
        ("statistics: {confidense: 0.9}", "unknown key 'statistics.confidense' (c.yaml:8) — did you mean 'confidence'?"),
        ("report: {titel: x}", "unknown key 'report.titel' (c.yaml:8) — did you mean 'title'?"),
        ("policy: {rule: []}", "unknown key 'policy.rule' (c.yaml:8) — did you mean 'rules'?"),
        ("zzz: []", "unknown key 'zzz' (c.yaml:8) — known are: "),
        ("statistics: {seed: !!int 3}", "the tag '!!int' is not allowed (c.yaml:8) — remove it"),
        ("statistics: !!python/object:os.system {}",
         "the tag '!!python/object:os.system' is not allowed (c.yaml:8) — remove it"),
        ("x: &a [1]", "the anchor '&a' is not allowed (c.yaml:8) — write the value out where it is used"),
        ("statistics:\n  <<: {seed: 1}", "merge keys ('<<') are not allowed (c.yaml:9) — write them out"),
        ("task: binary\ntask: binary", "the key 'task' stands here twice (first on line 8) (c.yaml:9) — keep one of them"),
        ("? [a, b]\n: x", "a key must be a word (c.yaml:8) — write `key: value`"),
        ("statistics: {seed: '3'}",
         "statistics.seed: a whole number is meant here, not the text '3' (leave the quotes out) (c.yaml:8)"),
        ("statistics: {confidence: .nan}", "statistics.confidence: a finite number is meant here, not '.nan' (c.yaml:8)"),
        ("statistics: {confidence: .inf}", "statistics.confidence: a finite number is meant here, not '.inf' (c.yaml:8)"),
        ("statistics: {confidence: 95}", "statistics.confidence: confidence lies between 0.5 and 1, such as 0.95 (c.yaml:8)"),
        ("statistics: {confidence: null}", "statistics.confidence: a finite number is meant here, not nothing (c.yaml:8)"),
        ("statistics: {seed: 1.5}", "statistics.seed: a whole number is meant here, not '1.5' (c.yaml:8)"),
        ("statistics: {seed: 1e30}", "statistics.seed: a whole number from 0 up to 2^53 is meant here (c.yaml:8)"),
        ("statistics: {min_group: -1}", "statistics.min_group: a whole number from 0 up to 2^53 is meant here (c.yaml:8)"),
        ("statistics: {min_group: yes}", "statistics.min_group: a whole number is meant here, not 'yes' (c.yaml:8)"),
        ("statistics: {replicates: 1e12}",
         "statistics.replicates: a number from 100 to 1,000,000 is meant here (c.yaml:8)"),
        ("statistics: many", "statistics: a mapping (`key: value`) is meant here (c.yaml:8)"),
        ("policy: [a]", "policy: a mapping (`key: value`) is meant here (c.yaml:8)"),
        ("policy: {rules: {a: b}}", "policy.rules: a list is meant here (c.yaml:8)"),
        ("policy:\n  rules:\n", "policy.rules is empty; a list is meant here (c.yaml:9)"),
        ("policy: {rules: [text]}", "policy.rules[0]: a mapping (`key: value`) is meant here (c.yaml:8)"),
        ("task: regresion", "task can't be 'regresion' (c.yaml:8) — did you mean 'regression'?"),
        ("outputs: [htm]", "outputs[0] can't be 'htm' (c.yaml:8) — did you mean 'html'?"),
        ("proxies: true", "proxies: a mapping (`key: value`) is meant here (c.yaml:8) — such as `proxies: {columns: all}`"),
        ("proxies: all", "proxies: a mapping (`key: value`) is meant here (c.yaml:8) — such as `proxies: {columns: all}`"),
        ("mitigation: [demographic_parity]", "mitigation: a mapping (`key: value`) is meant here (c.yaml:8) — "
         "such as `mitigation: {constraints: [demographic_parity]}`"),
        ("metrics: {a: b}", "metrics: a list is meant here (c.yaml:8)"),
        ("metrics: [acuracy]", "metrics[0]: there is no metric 'acuracy' (c.yaml:8) — did you mean 'accuracy'?"),
        ("task: multiclass\nmetrics: ['x:true_positive_rat']",
         "metrics[0]: there is no metric 'x:true_positive_rat' (c.yaml:9) — did you mean 'x:true_positive_rate'?"),
        ("task: multiclass\nmetrics: [roc_auc]",
         "metrics[0]: 'roc_auc' is no measure of task 'multiclass' (c.yaml:9) — its measures are accuracy, balanced_accuracy, "
         "macro_recall, macro_precision, macro_f1, weighted_precision, weighted_f1, or of one class CLASS:true_positive_rate and the like"),
        ("task: multiclass\nmitigation: true",
         "mitigation means nothing for task: multiclass (c.yaml:9) — it moves thresholds: it is for task: binary or score"),
        ("metrics: [recall]", "metrics[0]: there is no metric 'recall' (c.yaml:8) — did you mean 'true_positive_rate'?"),
        ("policy: {profiles: [fourfifths]}",
         "policy.profiles[0]: there is no profile 'fourfifths' (c.yaml:8) — did you mean 'four-fifths'?"),
        ("policy: {profiles: [four-fifths, four-fifths]}",
         "policy.profiles[1]: 'four-fifths' stands here twice (c.yaml:8) — keep one of them"),
    ],
)  # fmt: skip
def test_a_slip_is_named_with_its_line_and_the_way_out(text: str, expected: str, tmp_path: Path) -> None:
    """One cause, one message."""
    (found,) = problems(tmp_path, BASE + text + "\n")

    assert found == expected or (expected.endswith("known are: ") and found.startswith(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{BASE}  pair: race\n",
         "data.pair: 'race' is a sensitive feature already (c.yaml:8) — name the column that says which rows are of a case"),
        (f"{BASE}  cluster: sex\n",
         "data.cluster: 'sex' is a sensitive feature already (c.yaml:8) — name the column that says which rows are of a person"),
        (f"{BASE}cluster: id\n", "unknown key 'cluster' (c.yaml:8) — `cluster` belongs under `data`"),
        (f"{BASE}strata: dept\n", "unknown key 'strata' (c.yaml:8) — `strata` belongs under `data`"),
        (f"{BASE}seed: 1\n", "unknown key 'seed' (c.yaml:8) — `seed` belongs under `statistics`"),
        (f"{BASE}rules: []\n", "unknown key 'rules' (c.yaml:8) — `rules` belongs under `policy`"),
        (f"{BASE}columns: [a]\n", "unknown key 'columns' (c.yaml:8) — `columns` belongs under `explore` or under `proxies`"),
        (f"{BASE}  explore: true\n", "unknown key 'data.explore' (c.yaml:8) — `explore` belongs at the top level"),
        (f"{BASE}  metrics: [accuracy]\n",
         "unknown key 'data.metrics' (c.yaml:8) — `metrics` belongs at the top level or under `explore`"),
        (f"{BASE}  min_group: 5\n", "unknown key 'data.min_group' (c.yaml:8) — `min_group` belongs under `statistics`"),
        (f"{BASE}  bins: [5]\n", "unknown key 'data.bins' (c.yaml:8) — `bins` belongs under `data.sensitive.FEATURE`"),
        (f"{BASE}policy: {{suppress_below: 5}}\n",
         "unknown key 'policy.suppress_below' (c.yaml:8) — `suppress_below` belongs under `report`"),
        (f"{BASE}policy: {{compare: ratio}}\n",
         "unknown key 'policy.compare' (c.yaml:8) — `compare` belongs in an entry of `policy.rules`"),
        (BASE.replace("  prediction", "prediction").replace("  label: y\n", "").replace("  sensitive", "data:\n  sensitive")
         .replace("data:\n  source: d.csv\n", "", 1).replace("[race, sex]", "[race, sex]\n  source: d.csv\n"),
         "unknown key 'prediction' (c.yaml:3) — `prediction` belongs under `data`"),
        (BASE.replace("  source: d.csv\n", "") + "source: d.csv\n", "unknown key 'source' (c.yaml:7) — `source` belongs under `data`"),
        (BASE.replace("  label: y\n", "") + "label: y\nmetrics: [accuracy]\n",
         "unknown key 'label' (c.yaml:7) — `label` belongs under `data`"),
    ],
)  # fmt: skip
def test_a_key_at_the_wrong_level_is_told_where_it_belongs(text: str, expected: str, tmp_path: Path) -> None:
    """The nearest word of the wrong section misleads; and what is missing for that reason alone is not said again."""
    assert problems(tmp_path, text) == [expected]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  label: y", "  lable: y", "unknown key 'data.lable' (c.yaml:5) — did you mean 'label'?"),
        ("  prediction: p", "  predicton: p", "unknown key 'data.predicton' (c.yaml:6) — did you mean 'prediction'?"),
        ("{name: x}", "{nmae: x}", "unknown key 'subject.nmae' (c.yaml:2) — did you mean 'name'?"),
        ("subject: {name: x}\n", "", "subject is missing (c.yaml:1) — add `subject: {name: …}`: What is audited."),
        ("  sensitive: [race, sex]\n", "",
         "data.sensitive is missing (c.yaml:3) — add `sensitive: [sex, race]`: The features whose groups are compared."),
        ("{name: x}", "{version: 1}", "subject.name is missing (c.yaml:2) — add `name`: The system's name."),
        ("{name: x}", "", "subject is empty; a mapping (`key: value`) is meant here (c.yaml:2) — such as `subject: {name: …}`"),
        ("{name: x}", "{name: '  '}", "subject.name: it is blank; some text is meant here (c.yaml:2)"),
        ("{name: x}", "{name: ~}", "subject.name: it is empty; some text is meant here (c.yaml:2)"),
        ("{name: x}", "{name: [x]}", "subject.name: some text is meant here, not a list (c.yaml:2)"),
        ("config/1", "config/2", "schema can't be 'ethicscheck/config/2' (c.yaml:1) — did you mean 'ethicscheck/config/1'?"),
        ("[race, sex]", "[]", "data.sensitive: name at least one sensitive feature (c.yaml:7)"),
        ("[race, sex]", "[race, race]", "data.sensitive: 'race' stands here twice (c.yaml:7)"),
        ("[race, sex]", "{race: {refrence: W}}",
         "unknown key 'data.sensitive.race.refrence' (c.yaml:7) — did you mean 'reference'?"),
        ("[race, sex]", "{race: White}", "data.sensitive.race: a mapping (`key: value`) is meant here (c.yaml:7)"),
        ("[race, sex]", "{a: {bins: [3, 2]}}",
         "data.sensitive.a.bins: bins are one or more numbers, each larger than the one before (c.yaml:7)"),
        ("[race, sex]", "{a: {bins: [x]}}", "data.sensitive.a.bins[0]: a finite number is meant here, not 'x' (c.yaml:7)"),
        ("  prediction: p\n", "",
         "there is no data.prediction (c.yaml:3) — name the decision's column, or give score and threshold"),
        ("  prediction: p", "  score: s",
         "data.score without data.prediction needs data.threshold (c.yaml:6) — prediction = score >= threshold; or declare task: score"),
        ("  prediction: p", "  prediction: y",
         "label and prediction are the same column, 'y' (c.yaml:5) — the audit would find no error at all"),
        ("  label: y", "  label: race",
         "label and sensitive feature are the same column, 'race' (c.yaml:5) — the groups would be the outcomes themselves"),
        ("  label: y", "  label: y\n  count: y",
         "label and count are the same column, 'y' (c.yaml:5) — one column plays one part"),
        ("  label: y", "  label: y\n  count: n\n  weight: n",
         "count and weight are the same column, 'n' (c.yaml:6) — a count says how many rows there are, a weight how much each of "
         "them stands for"),
        ("[race, sex]", "{race: {}, p: {}}",
         "prediction and sensitive feature are the same column, 'p' (c.yaml:6) — the groups would be the decisions themselves"),
        ("  label: y", "  label: y\n  score: sex\n  threshold: 1",
         "score and sensitive feature are the same column, 'sex' (c.yaml:6) — one column plays one part"),
        ("  source: d.csv", "  source: {sql: x, table: t}",
         "data.source.sql: an address begins with the kind of database, such as postgresql:// or sqlite:/// (c.yaml:4)"),
        ("  source: d.csv", "  source: [{sql: x}]",
         "data.source[0]: some text is meant here, not a mapping (`key: value`) (c.yaml:4)"),
        ("  label: y", "  intersections: [[race]]\n  label: y",
         "data.intersections[0]: an intersection has two or more different features (c.yaml:5) — write it as [[race, sex]]"),
        ("  label: y", "  intersections: [[race, sxe]]\n  label: y",
         "data.intersections[0]: 'sxe' is not a sensitive feature (c.yaml:5) — did you mean 'sex'?"),
        ("  label: y", "  intersections: [race, sex]\n  label: y",
         "data.intersections: a list of lists of features is meant here, such as [[race, sex]], or `all` (c.yaml:5)"),
        ("  label: y", "  intersections: [[race, sex], [sex, race]]\n  label: y",
         "data.intersections[1]: this intersection stands here twice (c.yaml:5) — keep one"),
        ("  label: y", "  strata: race\n  label: y",
         "data.strata: 'race' is a sensitive feature already (c.yaml:5) — use data.intersections to combine features"),
        ("  label: y", "  population: {sex: {F: half, M: 0.5}}\n  label: y",
         "data.population.sex.F: a finite number is meant here, not 'half' (c.yaml:5)"),
        ("  label: y", "  delimiter: '::'\n  label: y",
         "data.delimiter: the delimiter is one character, and no quote or line break (c.yaml:5)"),
    ],
)  # fmt: skip
def test_a_slip_in_the_data_part_is_named(old: str, new: str, expected: str, tmp_path: Path) -> None:
    """A key that is missing because it is misspelt is reported once, as misspelt."""
    assert old in BASE

    assert problems(tmp_path, BASE.replace(old, new)) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metric: accuracy, across: race, compare: difference", "policy.rules[0]: a rule has either max or min (c.yaml:9)"),
        ("metric: accuracy, across: [race, sex, race], compare: difference, max: 0.1",
         "policy.rules[0].across: 'race' stands here twice (c.yaml:9) — keep one of them"),
        ("metric: accuracy, across: race, compare: difference, max: 0.1, min: 0.2",
         "policy.rules[0]: a rule has either max or min, not both (c.yaml:9)"),
        ("metric: acuracy, across: race, compare: difference, max: 0.1",
         "policy.rules[0].metric: there is no metric 'acuracy' (c.yaml:9) — did you mean 'accuracy'?"),
        ("metric: accuracy, across: rase, compare: difference, max: 0.1",
         "policy.rules[0].across: 'rase' is not a sensitive feature (c.yaml:9) — did you mean 'race'?"),
        ("metric: accuracy, accross: race, compare: difference, max: 0.1",
         "unknown key 'policy.rules[0].accross' (c.yaml:9) — did you mean 'across'?"),
        ("metric: accuracy, across: [], compare: difference, max: 0.1",
         "policy.rules[0].across names nothing (c.yaml:9) — name a sensitive feature, or \"*\" for each"),
        ("metric: accuracy, across: , compare: difference, max: 0.1",
         "policy.rules[0].across is empty; a list is meant here (c.yaml:9)"),
        ("metric: accuracy, across: [race, '*'], compare: difference, max: 0.1",
         "policy.rules[0].across: '*' stands alone (c.yaml:9) — it means each feature already"),
        ("metric: accuracy, across: race, compare: differnce, max: 0.1",
         "policy.rules[0].compare can't be 'differnce' (c.yaml:9) — did you mean 'difference'?"),
        ("metric: accuracy, across: race, compare: difference, max: 10",
         "policy.rules[0].max: the difference of accuracy lies between 0 and 1, never at 10 (c.yaml:9) — did you mean 0.1?"),
        ("metric: accuracy, across: race, compare: ratio, min: 80",
         "policy.rules[0].min: the ratio of accuracy lies between 0 and 1, never at 80 (c.yaml:9) — did you mean 0.8?"),
        ("metric: accuracy, across: race, compare: difference, max: -0.1",
         "policy.rules[0].max: the difference of accuracy lies between 0 and 1, never at -0.1 (c.yaml:9) — "
         "choose a limit in that range"),
        ("metric: accuracy, across: race, compare: difference, max: .nan",
         "policy.rules[0].max: a finite number is meant here, not '.nan' (c.yaml:9)"),
        ("metric: accuracy, across: race, compare: difference, max: '0.1'",
         "policy.rules[0].max: a finite number is meant here, not the text '0.1' (leave the quotes out) (c.yaml:9)"),
        ("metric: matthews_corrcoef, across: race, compare: ratio, min: 0.8",
         "policy.rules[0].compare: 'matthews_corrcoef' can be negative, so a ratio of it means nothing (c.yaml:9) — "
         "use difference"),
        ("metric: equalized_odds, across: race, compare: each, max: 0.8",
         "policy.rules[0].compare: 'equalized_odds' compares groups; it has no value of one group (c.yaml:9) — "
         "use difference or ratio, or one of its metrics"),
    ],
)  # fmt: skip
def test_a_rule_that_could_never_bite_is_refused(text: str, expected: str, tmp_path: Path) -> None:
    """A rule that matches nothing, or whose limit lies where no value can, would pass for ever."""
    assert problems(tmp_path, rule(text)) == [expected]


def test_a_misspelt_task_is_the_only_problem(tmp_path: Path) -> None:
    """What its measures and columns would be nobody knows yet: lists of another task's measures mislead."""
    text = rule("metric: 'surgeon:true_positive_rate', across: race, compare: difference, max: 5")
    text += "task: multi-class\nmetrics: [macro_f1]\n"

    found = problems(tmp_path, text.replace("  prediction: p\n", "  tolerance: 2\n"))

    assert found == ["task can't be 'multi-class' (c.yaml:11) — did you mean 'multiclass'?"]


@pytest.mark.parametrize(
    ("task", "metric", "expected"),
    [
        ("binary", "roc_auc", "'roc_auc' needs scores, but there is no data.score (c.yaml:9) — "
         "name the score's column, or use a metric of the decision"),
        ("regression", "within_tolerance", "'within_tolerance' needs data.tolerance, and there is none (c.yaml:9) — "
         "say how large an error is still fine, in the unit of the label: `tolerance: 5` under `data`"),
    ],
)  # fmt: skip
def test_a_measure_without_its_column_is_refused_with_its_line(
    task: str, metric: str, expected: str, tmp_path: Path
) -> None:
    """Said when the config is read, not when the data are: the line is known, and no time is lost."""
    text = rule(f"metric: {metric}, across: race, compare: difference, max: 0.1") + f"task: {task}\n"

    assert problems(tmp_path, text) == [f"policy.rules[0].metric: {expected}"]


@pytest.mark.parametrize("metric", ["accuracy", "true_positive_rate", "equal_opportunity", "base_rate"])
def test_a_measure_of_the_outcome_needs_a_label(metric: str, tmp_path: Path) -> None:
    """Without a label only the prediction can be measured; a rule must not drop out in silence."""
    text = rule(f"metric: {metric}, across: race, compare: difference, max: 0.1").replace("  label: y\n", "")

    found = problems(tmp_path, text + f"metrics: [{metric}]\n")

    expected = f"{metric!r} needs to know what happened, but there is no data.label"
    assert found[0].startswith(f"policy.rules[0].metric: {expected} (c.yaml:8)")
    assert found[1].startswith(f"metrics[0]: {expected} (c.yaml:10)")
    assert len(found) == 2


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("id: a, ", "id: a, ", "policy.rules[1] and policy.rules[0] have the same id, 'a' (c.yaml:10)"),
        ("", "", "policy.rules[1] and policy.rules[0] have the same id, 'accuracy-race-difference' (c.yaml:10)"),
        ("id: accuracy-race-difference, ", "", "policy.rules[1] and policy.rules[0] have the same id"),
        (
            "id: a, ",
            "id: a/race, ",
            "the id of policy.rules[1], 'a/race', can't be told from 'a', that of policy.rules[0]",
        ),
        ("id: four-fifths, ", "id: b, ", "policy.rules[0] and profile 'four-fifths' have the same id, 'four-fifths'"),
    ],
)
def test_two_rules_never_share_an_id(first: str, second: str, expected: str, tmp_path: Path) -> None:
    """A waiver, a baseline or a dashboard names a finding by its id; generated ids count too."""
    body = "metric: accuracy, across: race, compare: difference"
    text = f"{BASE}policy: {{profiles: [four-fifths], rules: [\n  {{{first}{body}, max: 0.1}},\n  {{{second}{body}, max: 0.2}}]}}\n"

    (found,) = problems(tmp_path, text)

    assert found.startswith(expected)
    assert found.endswith("give each rule an id of its own")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the config is empty (c.yaml) — it needs at least `subject` and `data`"),
        ("# nothing yet\n", "the config is empty (c.yaml) — it needs at least `subject` and `data`"),
        ("- a\n", "the config: a mapping (`key: value`) is meant here (c.yaml:1)"),
        ("hello\n", "the config: a mapping (`key: value`) is meant here (c.yaml:1)"),
        (BASE + "---\na: 1\n", "not valid YAML: expected a single document in the stream but found another document (c.yaml:8)"),
        (BASE.replace("  label", "\tlabel"), "not valid YAML: while scanning for the next token found character '\\t' that "
         "cannot start any token (c.yaml:5)"),
        (BASE + "metrics: [a\n", "not valid YAML: while parsing a flow sequence expected ',' or ']'"),
        (BASE + "   x: 1\n", "not valid YAML: while parsing a block mapping"),
        (BASE.replace("name: x", "name: a: b"), "not valid YAML: "),
        (BASE + "x: *a\n", "not valid YAML: found undefined alias 'a' (c.yaml:8)"),
        (BASE.replace("label: y", "label: y\x01"), "not valid YAML: unacceptable character #x0001: special characters are "
         "not allowed (c.yaml:5)"),
        (BASE + "x: " + "[" * 5_000 + "]" * 5_000 + "\n", "not valid YAML: nested too deeply (c.yaml:1)"),
        (BASE.encode() + b"x: \xff\n", "not UTF-8 text (c.yaml:8) — save it as UTF-8"),
        (BASE.encode("utf-16"), "not UTF-8 text (c.yaml:1) — save it as UTF-8"),
        ("a: " + "x" * 5_000_000, "the file is too large for a config (c.yaml) — 4 MB is the limit"),
    ],
    ids=["empty", "comment", "list", "text", "two documents", "tab", "open list", "indent", "colon", "alias", "control",
         "deep", "latin-1", "utf-16", "large"],
)  # fmt: skip
def test_what_is_no_config_is_refused(text: str | bytes, expected: str, tmp_path: Path) -> None:
    """Whatever the file holds, the answer is words with a place, never a traceback."""
    (found,) = problems(tmp_path, text)

    assert found.startswith(expected)


def test_a_deeply_nested_value_is_refused(tmp_path: Path) -> None:
    """Depth is bounded before anything recurses over it."""
    found = problems(tmp_path, BASE + "x: " + "[" * 100 + "]" * 100 + "\n")

    assert "nested too deeply (c.yaml:8) — no part of a config lies so deep" in found


def test_an_alias_bomb_is_not_unfolded(tmp_path: Path) -> None:
    """Nine levels of nine aliases are nearly a billion values; each anchor is refused where it stands."""
    levels = "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9))

    found = problems(tmp_path, BASE + "a: &a [x,x,x,x,x,x,x,x,x]\n" + levels)

    assert [line.split("'")[1] for line in found] == [f"&{letter}" for letter in "abcdefghij"]


def test_text_stays_the_text_that_was_written(tmp_path: Path) -> None:
    """NO is a country, 1.10 a version, 010 a code and a date a date."""
    text = BASE.replace("{name: x}", "{name: NO, version: 1.10, owner: 010, purpose: 2024-01-02}")
    text = text.replace("[race, sex]", "{NO: {reference: no}, 010: {}, 1.10: }").replace(
        "label: y", "label: y\n  unknown: [NO, 010, ~]"
    )

    found = config(tmp_path, text)

    assert found.subject.model_dump(exclude_none=True) == {
        "name": "NO",
        "version": "1.10",
        "owner": "010",
        "purpose": "2024-01-02",
    }
    assert list(found.data.sensitive) == ["NO", "010", "1.10"]
    assert found.data.sensitive["NO"].reference == "no"
    assert found.data.unknown == ("NO", "010", None)


@pytest.mark.parametrize("written", ["[race, sex]", "{race: , sex: {}}", "{race: {reference: White}, sex: ~}"])
def test_features_are_a_list_or_a_mapping(written: str, tmp_path: Path) -> None:
    """The short form is enough where nothing more is to be said."""
    assert list(config(tmp_path, BASE.replace("[race, sex]", written)).data.sensitive) == ["race", "sex"]


def test_one_word_will_do_where_a_list_is_meant(tmp_path: Path) -> None:
    """A list of one is written as the one."""
    text = (
        BASE.replace("[race, sex]", "race\n  strata: office\n  unknown: '?'")
        + "policy: {profiles: four-fifths}\nmetrics: accuracy\n"
    )

    found = config(tmp_path, text)

    assert list(found.data.sensitive) == ["race"]
    assert (found.data.strata, found.data.unknown, found.policy.profiles) == (("office",), ("?",), ("four-fifths",))
    assert found.metrics == ("accuracy",)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    """Editors on Windows add one."""
    (tmp_path / "c.yaml").write_bytes(b"\xef\xbb\xbf" + BASE.encode())

    assert load_config(tmp_path / "c.yaml").config.subject.name == "x"


def test_all_problems_are_reported_at_once_by_line(tmp_path: Path) -> None:
    """One run shows all there is to mend, from the top of the file down."""
    text = BASE.replace("label: y", "lable: y").replace("name: x", "name: x, ownr: y") + (
        "statistics: {seed: '1'}\npolicy:\n  rules:\n"
        "    - {metric: acuracy, across: rase, compare: difference, max: 10}\n"
        "    - {metric: accuracy, across: race, compare: difference, max: 10}\n"
        "outputs: [pdff]\nz: 1\n"
    )

    found = problems(tmp_path, text)

    assert [int(line.split("c.yaml:")[1].split(")")[0]) for line in found] == [2, 5, 8, 11, 11, 12, 13, 14]


@pytest.mark.parametrize(
    ("parts", "form"),
    [
        ({"data": {**config_value()["data"], "sensitive": None}}, 'such as `sensitive=["sex", "race"]`'),
        ({"proxies": True}, 'such as `proxies={"columns": "all"}`'),
        ({"mitigation": ["demographic_parity"]}, 'such as `mitigation={"constraints": ["demographic_parity"]}`'),
    ],
)
def test_a_shape_is_shown_as_python_writes_it_in_a_python_call(parts: dict[str, Any], form: str) -> None:
    """YAML can't be typed into a call."""
    with pytest.raises(ConfigError) as caught:
        make_config({**config_value(), **parts})

    assert str(caught.value).endswith(form)


def test_problems_of_a_python_call_name_the_key_not_a_line() -> None:
    """There is no file whose line could be named."""
    value = config_value(rules=[{"metric": "acuracy", "across": "group", "compare": "difference", "max": float("nan")}])

    with pytest.raises(ConfigError) as caught:
        make_config(value)

    assert str(caught.value).splitlines() == [
        "policy.rules[0].metric: there is no metric 'acuracy' (audit(…)) — did you mean 'accuracy'?",
        "policy.rules[0].max: a finite number is meant here, not nan (audit(…))",
    ]


@pytest.mark.parametrize(
    "value", [None, 5, "x", [], {"data": 5, "policy": 5}, {"policy": {"rules": [[]], "profiles": {}}}, {"metrics": 5}]
)
def test_no_shape_of_a_config_raises_anything_else(value: Any) -> None:
    """Nested nonsense ends in a ConfigError too."""
    with pytest.raises(ConfigError):
        make_config(value)


@pytest.mark.parametrize("example", ["berkeley", "compas", "hiring", "promotion"])
def test_the_examples_have_no_problem(example: str) -> None:
    """What we ship must load."""
    root = Path(__file__).parents[2] / "examples"

    assert load_config(root / example / "ethicscheck.yaml").config.subject.name


def test_a_config_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """With its name, not the machine's path."""
    with pytest.raises(ConfigError, match="there is no such config file") as caught:
        load_config(tmp_path / "no.yaml")
    with pytest.raises(ConfigError, match="can't be read"):
        load_config(tmp_path)

    assert str(tmp_path) not in str(caught.value)
