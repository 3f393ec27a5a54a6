"""Who is here: remembered as long as a page is open, and never more than a little of it."""

from __future__ import annotations

from ethicscheck.web.presence import MOST_OF_ONE, MOST_TABS, STILL_THERE, Presence


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_person_is_in_the_question_they_said_last() -> None:
    presence = Presence()
    presence.enter(("s", "1"), "ana", "Ana", "k")

    before = presence.people("k")
    presence.move(("s", "1"), "k", "q3")

    assert before == (("ana", "Ana", ""),)
    assert presence.people("k") == (("ana", "Ana", "q3"),)
    assert presence.people("other") == ()


def test_somebody_with_two_pages_is_shown_where_they_answer_and_once() -> None:
    presence = Presence()
    presence.enter(("s", "1"), "ana", "Ana", "k")
    presence.enter(("s", "2"), "ana", "Ana", "k")
    presence.move(("s", "2"), "k", "q3")

    assert presence.people("k") == (("ana", "Ana", "q3"),)


def test_somebody_not_heard_of_for_long_is_here_but_in_no_question() -> None:
    clock = Clock()
    presence = Presence(clock)
    presence.enter(("s", "1"), "ana", "Ana", "k")
    presence.move(("s", "1"), "k", "q3")

    clock.now = STILL_THERE + 1

    assert presence.people("k") == (("ana", "Ana", ""),)


def test_nobody_can_be_moved_who_has_no_page_open_there() -> None:
    presence = Presence()
    presence.enter(("s", "1"), "ana", "Ana", "k")

    moved = [presence.move(("other", "1"), "k", "q1"), presence.move(("s", "1"), "elsewhere", "q1")]
    presence.leave(("s", "1"))

    assert moved == [False, False]
    assert presence.people("k") == ()


def test_there_is_an_end_to_the_pages_of_one_session_and_of_all() -> None:
    presence = Presence()

    own = [presence.enter(("s", str(tab)), "ana", "Ana", "k") for tab in range(MOST_OF_ONE + 1)]
    others = [presence.enter((f"t{number}", "1"), "ben", "Ben", "k") for number in range(MOST_TABS)]

    assert own == [True] * MOST_OF_ONE + [False]
    assert others.count(True) == MOST_TABS - MOST_OF_ONE
