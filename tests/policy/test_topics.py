"""What `ethicscheck explain` says of studies and concepts: each entry is whole, and leads to a page that exists."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from ethicscheck.policy.glossary import entries, find_entry
from ethicscheck.policy.topics import TOPICS, Topic

ROOT = Path(__file__).parents[2]
ALL = [pytest.param(topic, id=topic.name) for topic in TOPICS.values()]


@pytest.mark.parametrize("topic", ALL)
def test_a_topic_has_every_field(topic: Topic) -> None:
    """Half an explanation leaves people to guess."""
    for field in fields(topic):
        text = getattr(topic, field.name)

        assert isinstance(text, str)
        assert text.strip() == text != "", field.name
    assert re.fullmatch(r"[a-z0-9_]+", topic.name)


@pytest.mark.parametrize("topic", ALL)
def test_a_topic_leads_to_a_page(topic: Topic) -> None:
    """`more` names a page of the docs, and it is there."""
    assert re.fullmatch(r"docs/[a-z_-]+\.md", topic.more)
    assert (ROOT / topic.more).is_file()


@pytest.mark.parametrize("topic", ALL)
def test_a_topic_is_found_by_its_name(topic: Topic) -> None:
    """No measure, rule or reason of the same name stands before it."""
    found = find_entry(topic.name)

    assert found is not None
    assert (found.kind, found.title) == ("topic", topic.title)


def test_no_name_is_explained_twice() -> None:
    """Of two entries of one name only the last could be read."""
    names = [entry.name for entry in entries()]

    assert sorted(names) == sorted(set(names))


def test_topics_stand_in_the_order_of_the_alphabet() -> None:
    """So that two people adding one each don't meet."""
    assert list(TOPICS) == sorted(TOPICS)
