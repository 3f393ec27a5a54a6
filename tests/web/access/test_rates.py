"""How often somebody may ask, and how much memory it takes to know."""

from __future__ import annotations

import pytest

from ethicscheck.web.access.rates import Buckets, address_key


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_let_through_and_then_one_waits_for_the_rate() -> None:
    clock = Clock()
    buckets = Buckets(rate=2, burst=3, clock=clock)

    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]

    clock.now = 0.5
    assert buckets.take("a") == 0
    assert buckets.take("a") > 0


def test_one_who_asks_too_much_does_not_hinder_another() -> None:
    buckets = Buckets(rate=1, burst=1, clock=Clock())
    buckets.take("a")

    assert buckets.take("a") > 0
    assert buckets.take("b") == 0


def test_asking_while_one_waits_does_not_make_the_wait_longer() -> None:
    clock = Clock()
    buckets = Buckets(rate=1, burst=1, clock=clock)
    for _ in range(50):
        buckets.take("a")

    clock.now = 1
    assert buckets.take("a") == 0


def test_however_many_ask_only_so_many_are_remembered_and_the_busy_ones_stay() -> None:
    buckets = Buckets(rate=1, burst=1, most=10, clock=Clock())
    buckets.take("busy")
    for number in range(1000):
        buckets.take(str(number))
        assert buckets.take("busy") > 0

    assert len(buckets) == 10


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("testclient", "testclient", True),
    ],
)
def test_the_addresses_of_one_ipv6_network_are_counted_together(one: str, other: str, together: bool) -> None:
    assert (address_key(one) == address_key(other)) is together
