"""`ethicscheck power`: how many rows each group needs, and the smallest gap today's rows can show."""

from __future__ import annotations

from pathlib import Path

import click

from .audit import DEFAULT_CONFIG


@click.command("power")
@click.argument("config", required=False, default=DEFAULT_CONFIG, type=click.Path(path_type=Path))
@click.option("--rows", type=click.IntRange(min=1), help="Plan for so many rows in all, in today's proportions.")
@click.option(
    "--shares",
    metavar="S,S,…",
    help="Plan without data: each group's share of the rows, such as 0.7,0.2,0.1. Needs --rows and --rate.",
)
@click.option("--rate", type=click.FloatRange(0, 1), help="With --shares: the rate expected in all groups.")
@click.option("--max", "limit", type=click.FloatRange(0, 1), help="With --shares: the largest difference allowed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
def power_command(
    config: Path,
    rows: int | None,
    shares: str | None,
    rate: float | None,
    limit: float | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Say how many rows each group needs for each rule of CONFIG to be decided, four times in five.

    And the smallest gap that today's rows can show; that alone where there are no rules. It judges nothing, and nothing
    it says tells which way a rule would go.
    """
    from ethicscheck.planning import plan_hypothetical, plan_power

    from .progress import Progress

    if shares is not None:
        plan = plan_hypothetical(*_hypothetical(rows, shares, rate), limit)
    else:
        if rate is not None or limit is not None:
            _refuse("--rate and --max plan without data", "give --shares too, such as --shares 0.7,0.2,0.1")
        from ethicscheck.auditing import load_config

        loaded = load_config(config)
        with Progress(quiet or as_json) as progress:
            plan = plan_power(loaded, rows=rows, run=progress.run)
    if as_json:
        import json

        click.echo(json.dumps(plan.model_dump(mode="json", by_alias=True), indent=2, ensure_ascii=False))
        return
    from .power_words import print_plan
    from .streams import best_effort

    with best_effort("the plan"):
        print_plan(plan)


def _hypothetical(rows: int | None, shares: str, rate: float | None) -> tuple[int, tuple[float, ...], float]:
    if rows is None or rate is None:
        _refuse("--shares needs --rows and --rate", "such as --rows 5000 --shares 0.7,0.2,0.1 --rate 0.3")
    assert rows is not None
    assert rate is not None
    try:
        found = tuple(float(part) for part in shares.split(","))
    except ValueError:
        found = ()
    if len(found) < 2 or not all(0 < share < 1 for share in found) or abs(sum(found) - 1) > 0.01:
        _refuse(f"--shares {shares!r} are not the shares of two or more groups that add up to 1", "such as 0.7,0.2,0.1")
    return rows, found, rate


def _refuse(what: str, hint: str) -> None:
    from ethicscheck.errors import UsageError

    raise UsageError(what, "", hint)
