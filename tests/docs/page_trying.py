"""Tries the blocks of one page, in order, in one folder: commands in bash, Python in one namespace, the rest is read."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

from page_blocks import ROOT, Block, Page
from page_setups import SETUPS, clone, surroundings

PATIENCE = 300
_END = "__where_it_ends__"


class Trial:
    """One page's folder and what its blocks have left behind so far."""

    def __init__(self, page: Page, folder: Path, home: Path) -> None:
        self.folder, self.here = folder, folder
        self.home = home
        self.names: dict[str, Any] = {"__name__": "__docs__"}
        self.printed = ""
        clone(folder)
        for name in page.setups:
            SETUPS[name](folder)
        for origin, target in page.files:
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / origin).is_dir() else shutil.copyfile
            copy(ROOT / origin, folder / target)

    def attempt(self, block: Block) -> None:
        """Try one block; an exception says what is false about it."""
        if "in" in block.marks:
            self.here = self.folder / block.marks["in"]
            self.here.mkdir(parents=True, exist_ok=True)
        if "file" in block.marks:
            target = self.here / block.marks["file"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        if block.language == "python":
            self._python(block)
        elif block.language in ("sh", "console"):
            self._shell(block)
        elif block.language == "yaml":
            read_yaml_block(block)
        elif block.language == "json":
            json.loads(block.text)
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif "output" in block.marks:
            check_output(block, self.printed)

    def _python(self, block: Block) -> None:
        code = compile(block.text, block.where, "exec")
        if "file" not in block.marks:
            before = Path.cwd()
            os.chdir(self.here)
            try:
                exec(code, self.names)
            finally:
                os.chdir(before)

    def _shell(self, block: Block) -> None:
        text = block.text
        if block.language == "console":
            text = "\n".join(line[2:] for line in text.splitlines() if line.startswith("$ "))
        if "file" in block.marks:
            subprocess.run(["bash", "-n"], input=text, text=True, check=True)
            return
        done = subprocess.run(
            ["bash", "-c", _script(text, block.marks.get("exits"), self.home)],
            cwd=self.here,
            env=surroundings(self.home),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        self.printed = done.stdout + done.stderr
        assert done.returncode == 0, f"{block.where} ended with {done.returncode}\n{block.text}\n{self.printed}"
        self.here = Path((self.home / _END).read_text(encoding="utf-8").strip())
        if block.language == "console":
            said = "\n".join(line for line in block.text.splitlines() if not line.startswith("$ "))
            if said.strip():
                check_output(block, self.printed, said)


def _script(text: str, expected: str | None, home: Path) -> str:
    """Return the block as a script that stops at the first command that fails, but for the code it is meant to end with."""
    if expected is None:
        return f"set -euo pipefail\n{text}\npwd > '{home / _END}'\n"
    meant = int(expected)
    return f"""set -Euo pipefail; met=0
trap 'code=$?; if [ $code -eq {meant} ]; then met=1; else exit $code; fi' ERR
trap 'code=$?; pwd > "{home / _END}"; if [ $code -eq {meant} ]; then exit 0; fi
  if [ $code$met = 00 ]; then echo "nothing here ended with {meant}" >&2; exit 99; fi' EXIT
{text}
"""


def check_output(block: Block, printed: str, said: str | None = None) -> None:
    """Fail unless the lines shown were printed, in that order; `…` stands for anything."""
    lines = [line.rstrip() for line in printed.replace("\xa0", " ").splitlines()]
    at = 0
    for line in (block.text if said is None else said).replace("\xa0", " ").splitlines():
        if line.strip() in ("", "…"):
            continue
        pattern = re.compile(".*".join(map(re.escape, line.rstrip().split("…"))))
        found = next((n for n in range(at, len(lines)) if pattern.fullmatch(lines[n])), None)
        assert found is not None, f"{block.where}: not printed: {line}\n--- printed:\n{printed}"
        at = found + 1


def read_yaml_block(block: Block) -> None:
    """Fail unless a YAML block is sound: as the file it names itself, as a part of a config, or as YAML at least."""
    import importlib

    from ethicscheck.cli.schema import FILES
    from ethicscheck.model.config import Config
    from ethicscheck.model.strict_yaml import read_yaml

    for text in re.split(r"^---$|^# or$", block.text, flags=re.MULTILINE):
        document = read_yaml(text, block.where)
        assert not document.problems, document.problems
        value = document.value
        if not isinstance(value, dict):
            continue
        kind = re.fullmatch(r"ethicscheck/(\w+)/1", str(value.get("schema", "")))
        if kind:
            assert kind[1] in FILES, f"{block.where}: no kind of file: {value['schema']}"
            module, name = FILES[kind[1]]
            getattr(importlib.import_module(module), name).model_validate(value)
        elif set(value) <= set(Config.model_fields) or set(value) & {"data", "policy", "report", "subject"}:
            Config.model_validate(completed(value))


def completed(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of a config with what every config needs put in."""
    data = {"source": "rows.csv", "sensitive": ["sex"], **(part.get("data") or {})}
    if not {"prediction", "score"} & set(data):
        data["prediction"] = "decision"
    return {
        "schema": "ethicscheck/config/1",
        **part,
        "subject": {"name": "A system", **(part.get("subject") or {})},
        "data": data,
    }
