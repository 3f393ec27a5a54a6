"""Under which names the server answers, and whom it believes about where a request came from."""

from __future__ import annotations

import pytest

from ethicscheck.web.access.hosts import answers_to, is_among, seen_from_outside


def scope(client: str, *headers: tuple[str, str], scheme: str = "http") -> dict[str, object]:
    pairs = [(name.encode(), value.encode()) for name, value in headers]
    return {"type": "http", "scheme": scheme, "client": (client, 5), "headers": pairs}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:1", "LOCALHOST", "localhost.", "[::1]:80"])
def test_loopback_names_count_with_any_port(host: str) -> None:
    assert answers_to(host, "127.0.0.1", ())


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost:80@evil",
        "127.0.0.1:x",
        "[::1",
        "[::1]x",
        "localhost:٣",
        "::1",
    ],
)
def test_other_names_do_not_count(host: str) -> None:
    assert not answers_to(host, "127.0.0.1", ())


def test_an_allowed_name_counts_with_its_port_or_with_any_where_it_has_none() -> None:
    assert answers_to("Ethics.Example:444", "127.0.0.1", ["ethics.example"])
    assert answers_to("ethics.example:443", "127.0.0.1", ["ethics.example:443"])
    assert not answers_to("ethics.example:444", "127.0.0.1", ["ethics.example:443"])
    assert not answers_to("sub.ethics.example", "127.0.0.1", ["ethics.example"])


def test_the_address_it_listens_on_counts_unless_it_listens_everywhere() -> None:
    assert answers_to("10.0.0.7:80", "10.0.0.7", ())
    assert answers_to("[fd00::7]:80", "fd00::7", ())
    assert not answers_to("0.0.0.0:80", "0.0.0.0", ())


def test_forwarded_headers_of_a_stranger_are_not_believed() -> None:
    lies = (("x-forwarded-proto", "https"), ("x-forwarded-host", "b.example"), ("x-forwarded-for", "6.6.6.6"))

    seen = seen_from_outside(scope("9.9.9.9", ("host", "a.example"), *lies), ["10.0.0.0/8"])

    assert (seen.scheme, seen.host, seen.client) == ("http", "a.example", "9.9.9.9")


def test_forwarded_headers_of_a_trusted_proxy_are_believed() -> None:
    told = (("x-forwarded-proto", "https"), ("x-forwarded-host", "b.example"), ("x-forwarded-for", "6.6.6.6, 7.7.7.7"))

    seen = seen_from_outside(scope("10.1.2.3", ("host", "inner:8000"), *told), ["10.0.0.0/8"])

    assert (seen.scheme, seen.host, seen.client, seen.origin) == ("https", "b.example", "7.7.7.7", "https://b.example")


def test_of_a_chain_of_proxies_the_last_untrusted_one_is_who_asks() -> None:
    told = (("host", "a"), ("x-forwarded-for", "1.1.1.1, 2.2.2.2"), ("x-forwarded-for", "10.0.0.9"))

    assert seen_from_outside(scope("10.0.0.1", *told), ["10.0.0.0/24"]).client == "2.2.2.2"


def test_two_host_headers_are_no_name() -> None:
    assert seen_from_outside(scope("1.1.1.1", ("host", "localhost"), ("host", "evil.example")), ()).host == ""


def test_a_forwarded_scheme_that_is_none_is_plain_http() -> None:
    assert (
        seen_from_outside(scope("1.1.1.1", ("host", "a"), ("x-forwarded-proto", "gopher")), ["1.1.1.1"]).scheme
        == "http"
    )


def test_the_usual_port_is_no_part_of_an_origin() -> None:
    told = (("host", "A.example:443"), ("x-forwarded-proto", "https"))

    assert seen_from_outside(scope("1.1.1.1", *told), ["1.1.1.1"]).origin == "https://a.example"


def test_an_entry_that_is_no_network_is_taken_as_a_name_and_nothing_else() -> None:
    assert is_among("unix:", ["unix:"])
    assert not is_among("", ["", "nonsense"])
    assert not is_among("::1", ["nonsense", "127.0.0.1"])
