"""Where everything lies in an archive: names only, nothing is read here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

ARCHIVE_SCHEMA: Final = "ethicscheck/archive/1"
HEAD_SCHEMA: Final = "ethicscheck/archive-head/1"
ATTESTATION_SUFFIX: Final = ".intoto.json"
PLAN_FILE: Final = "ethicscheck.yaml"
TAG_MANIFEST: Final = "tagmanifest-sha256.txt"


@dataclass(frozen=True)
class Layout:
    """The places in one archive."""

    root: Path

    @property
    def about(self) -> Path:
        """What the archive is, and its keys."""
        return self.root / "archive.json"

    @property
    def readme(self) -> Path:
        """Plain instructions for whoever checks it."""
        return self.root / "README.txt"

    @property
    def verifier(self) -> Path:
        """The script that checks it with Python alone."""
        return self.root / "verify.py"

    @property
    def index(self) -> Path:
        """The page that lists it."""
        return self.root / "index.html"

    @property
    def log(self) -> Path:
        """The append-only log."""
        return self.root / "log.jsonl"

    @property
    def head(self) -> Path:
        """Where the log ends, signed where there is a key."""
        return self.root / "head.json"

    @property
    def public(self) -> Path:
        """The folder of public keys."""
        return self.root / "public"

    @property
    def bags(self) -> Path:
        """The folder of bags."""
        return self.root / "bags"

    @property
    def attestations(self) -> Path:
        """The folder of attestations."""
        return self.root / "attestations"

    @property
    def plans(self) -> Path:
        """The folder of configs that were registered before the data were seen."""
        return self.root / "plans"

    @property
    def staging(self) -> Path:
        """What is being written; empty or absent at rest."""
        return self.root / ".staging"

    def public_key(self, keyid: str) -> Path:
        """Return the place of a public key."""
        return self.public / f"{keyid}.pub"

    def bag(self, name: str) -> Path:
        """Return the place of an audit's bag."""
        return self.bags / name

    def attestation(self, name: str) -> Path:
        """Return the place of an audit's attestation."""
        return self.attestations / f"{name}{ATTESTATION_SUFFIX}"

    def plan(self, name: str) -> Path:
        """Return the place of a registered config."""
        return self.plans / name / PLAN_FILE

    @property
    def staged(self) -> Layout:
        """The same places, in the folder of what is being written."""
        return Layout(self.staging)


__all__ = ["ARCHIVE_SCHEMA", "ATTESTATION_SUFFIX", "HEAD_SCHEMA", "PLAN_FILE", "TAG_MANIFEST", "Layout"]
