"""What is known of an audit that somebody started in the app, and how the log tells it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

State = Literal["running", "stopping", "done", "failed", "stopped"]
PHASES = {
    "start": "Starting",
    "config": "Reading the config",
    "data": "Reading the data",
    "numbers": "Working out the numbers",
    "documents": "Drawing the documents",
}


@dataclass(frozen=True)
class Run:
    """An audit that somebody started.

    Parameters
    ----------
    id : its name in addresses.
    key : the config's name in addresses.
    config : the config's path in the folder.
    by, at : who started it, and when.
    state : what has become of it.
    phase : what is being done, one of `PHASES`.
    fraction : how much of that is done, None where that is not known.
    problems : why it could not be made.
    verdict, rows : of the audit, once it is done.
    folder : where its documents are, in the served folder.
    ended_by : who stopped it.
    """

    id: str
    key: str
    config: str
    by: str
    at: str
    state: State = "running"
    phase: str = "start"
    fraction: float | None = None
    problems: tuple[str, ...] = ()
    verdict: str | None = None
    rows: int | None = None
    folder: str | None = None
    ended_by: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more will become of it."""
        return self.state in ("done", "failed", "stopped")

    @property
    def doing(self) -> str:
        """What is being done, in words."""
        return PHASES.get(self.phase, PHASES["start"])

    @property
    def percent(self) -> int | None:
        """How much of it is done, in hundredths."""
        return None if self.fraction is None or self.ended else int(self.fraction * 100)


def read_runs(facts: Iterable[Mapping[str, Any]]) -> tuple[Run, ...]:
    """Return the audits that a log tells of, oldest first; what is no fact of ours is passed over."""
    known: dict[str, Run] = {}
    for fact in facts:
        with contextlib.suppress(KeyError, TypeError, ValueError):
            if fact["event"] == "started":
                known[fact["run"]] = _started(fact)
            elif fact["event"] == "ended" and fact["run"] in known:
                known[fact["run"]] = _ended(known[fact["run"]], fact)
    return tuple(known.values())


def end_facts(run: Run) -> dict[str, Any]:
    """Return what the log says of an audit that ended."""
    facts: dict[str, Any] = {"state": run.state, "verdict": run.verdict, "rows": run.rows, "folder": run.folder}
    facts |= {"problems": run.problems or None, "ended_by": run.ended_by or None}
    return {name: value for name, value in facts.items() if value is not None}


def _started(fact: Mapping[str, Any]) -> Run:
    name, config = str(fact["run"]), str(fact["config"])
    plain = config and not Path(config).is_absolute() and ".." not in Path(config).parts
    if not plain or not name.replace("-", "").replace("_", "").isalnum():
        raise ValueError(config)
    return Run(name, str(fact["key"]), config, str(fact["by"]["name"]), str(fact["at"]))


def _ended(run: Run, fact: Mapping[str, Any]) -> Run:
    if fact["state"] not in ("done", "failed", "stopped"):
        raise ValueError(fact["state"])
    return replace(
        run,
        state=fact["state"],
        verdict=fact.get("verdict"),
        rows=fact.get("rows"),
        folder=fact.get("folder"),
        problems=tuple(map(str, fact.get("problems", ()))),
        ended_by=str(fact.get("ended_by", "")),
    )


__all__ = ["PHASES", "Run", "end_facts", "read_runs"]
