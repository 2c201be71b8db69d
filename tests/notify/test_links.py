"""Acknowledge links: what was signed is read, and nothing else is."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from streams.clock import DAY, SECOND
from streams.notify.links import Link, LinkError, read, sign

SECRET = b"an installation's own secret, long enough"
NOW = 1_795_000_000 * SECOND
ALERT = "5f2c91d0a7b34e6688d1c0ffee15900d"

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
instants = st.integers(1, 250_000_000_000).map(lambda seconds: seconds * SECOND)


def refused(token: str, now: int = NOW, secret: bytes = SECRET) -> str:
    with pytest.raises(LinkError) as caught:
        read(secret, token, now)
    return caught.value.reason


@given(st.one_of(texts, st.binary(min_size=1, max_size=40).map(bytes.hex)), texts, instants)
def test_what_was_signed_is_read_again(alert: str, person: str, expires: int) -> None:
    token = sign(SECRET, alert, person, expires)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    assert read(SECRET, token, expires - 1) == Link(alert, person, expires)


def test_a_link_is_short_enough_for_a_message() -> None:
    assert len(sign(SECRET, ALERT, "li.na", NOW + DAY)) <= 64


def test_a_link_ends_on_the_second_and_never_later_than_was_said() -> None:
    token = sign(SECRET, ALERT, "li.na", NOW + SECOND - 1)
    assert read(SECRET, token, NOW - 1).expires == NOW
    assert refused(token, NOW) == "expired"
    assert refused(token, NOW + 10 * DAY) == "expired"


@given(texts, st.data())
def test_a_link_with_any_bit_turned_is_forged(person: str, data: st.DataObject) -> None:
    token = sign(SECRET, ALERT, person, NOW + DAY)
    raw = bytearray(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    assert refused(urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()) == "forged"


@given(st.text(max_size=200))
def test_any_text_is_forged(token: str) -> None:
    assert refused(token) == "forged"


@given(st.binary(max_size=30), st.binary(max_size=30))
def test_another_secret_signs_nothing_of_ours(one: bytes, other: bytes) -> None:
    assume(one.rstrip(b"\0") != other.rstrip(b"\0"))  # HMAC fills keys up with zeros
    assume(one)
    assert refused(sign(one, ALERT, "li.na", NOW + DAY), secret=other) == "forged"


@pytest.mark.parametrize(
    "twin",
    [
        lambda token: token + "=",
        lambda token: token + "==",
        lambda token: token + "\n",
        lambda token: " " + token,
        lambda token: token[:20] + "\r\n" + token[20:],
        lambda token: token + "A",
        lambda token: token[:-1],
        lambda token: token + token,
        lambda token: token.replace(token[3], "%" + format(ord(token[3]), "02x"), 1),
        lambda token: "２" + token[1:],
        lambda token: token + "\0",
        lambda token: "",
    ],
)
def test_a_token_has_no_twins(twin: object) -> None:
    assert callable(twin)
    assert refused(twin(sign(SECRET, ALERT, "li.na", NOW + DAY))) == "forged"


def test_a_person_cannot_lend_letters_to_the_alert() -> None:
    """Lengths are signed: the same bytes parted elsewhere are another token."""
    one, two = sign(SECRET, "z-b", "a", NOW + DAY), sign(SECRET, "-b", "az", NOW + DAY)
    assert one != two
    assert read(SECRET, one, NOW).person == "a"
    assert read(SECRET, two, NOW).person == "az"


@pytest.mark.parametrize(
    ("secret", "alert", "person", "expires"),
    [
        (b"", ALERT, "li.na", NOW),
        (SECRET, "", "li.na", NOW),
        (SECRET, ALERT, "", NOW),
        (SECRET, ALERT, "李" * 86, NOW),
        (SECRET, "x" * 1000, "li.na", NOW),
        (SECRET, ALERT, "li.na", -1),
        (SECRET, ALERT, "li.na", 256**5 * SECOND),
    ],
)
def test_what_no_token_can_hold_is_not_signed(secret: bytes, alert: str, person: str, expires: int) -> None:
    with pytest.raises(ValueError, match="link"):
        sign(secret, alert, person, expires)


def test_an_error_says_nothing_of_the_token() -> None:
    with pytest.raises(LinkError) as caught:
        read(SECRET, "bm90IG91cnM", NOW)
    assert "bm90" not in str(caught.value) + repr(caught.value)
