"""What the app ships that others wrote is what they published, with their licence beside it."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib import resources

STATIC = resources.files("ethicscheck.web").joinpath("static")


def test_each_shipped_file_is_the_one_that_was_published() -> None:
    packages = json.loads(STATIC.joinpath("vendor.json").read_text(encoding="utf-8"))["packages"]

    for package in packages:
        content = STATIC.joinpath(package["shipped"]).read_bytes()
        assert "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode() == package["file"]
        assert package["version"].encode() in content
        assert "with or without fee is hereby granted" in " ".join(
            STATIC.joinpath(package["license_file"]).read_text("utf-8").split()
        )


def test_every_script_is_our_own_or_listed() -> None:
    from ethicscheck.web.rendering import PARTS

    listed = {one["shipped"] for one in json.loads(STATIC.joinpath("vendor.json").read_text("utf-8"))["packages"]}
    there = {part.name for part in STATIC.iterdir() if part.name.endswith((".js", ".css"))}
    loaded = {
        path.split("/")[-1] for parts in PARTS.values() for package, path in parts if package == "ethicscheck.web"
    }

    assert there - loaded == set()
    assert {name for name in there if ".min." in name} == listed
