"""Every bad call gets the problem that it should, says nothing that it should not, and changes nothing."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.console.api.problem import CallError, Problem, Reason
from streams.console.api.reading import parse
from streams.console.api.table import ROOT
from tests.console.api_bad_input import ALL, Bad
from tests.console.api_world import OTHER, World, bearing

WORLD = World()
ALERT = WORLD.breach()
THEIRS = WORLD.breach("latte-1", tenant=OTHER)
WORLD.hush("their-mute", OTHER)
CLIENT = WORLD.client()


def ask(bad: Bad) -> Any:
    path = bad.path
    for name, value in (("{alert}", ALERT), ("{ALERT}", ALERT.upper()), ("{theirs}", THEIRS)):
        path = path.replace(name, value)
    headers = bearing("tenant_admin") | dict(bad.headers)
    if bad.body is not None and bad.media_type is not None:
        headers["content-type"] = bad.media_type
    return CLIENT.request(bad.method, ROOT + path, content=bad.body, headers=headers)


@pytest.mark.parametrize("bad", ALL, ids=lambda bad: f"{bad.method} {bad.path[:24]}: {bad.name}")
def test_a_bad_call_gets_its_problem_and_changes_nothing(bad: Bad) -> None:
    before = (WORLD.board.version, len(WORLD.stage.audit), len(WORLD.sent), len(WORLD.retried))
    response = ask(bad)
    assert (response.status_code, response.json()["reason"]) == (bad.status, bad.reason), response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate_json(response.content)
    assert problem.status == bad.status
    assert "Traceback" not in response.text
    assert len(response.content) < 8192
    if bad.fault is not None:
        assert (problem.errors[0].where, problem.errors[0].reason) == bad.fault
        assert problem.errors[0].message
    assert (WORLD.board.version, len(WORLD.stage.audit), len(WORLD.sent), len(WORLD.retried)) == before


def test_there_are_enough_of_them_and_of_each_kind() -> None:
    assert len({(bad.path, bad.body, bad.media_type) for bad in ALL}) >= 150
    reasons = Counter(bad.reason for bad in ALL)
    elsewhere = {"sign_in", "role", "changed", "refused", "unknown_person", "brokers_away", "internal"}
    elsewhere |= {"several_tenants", "not_a_dead_letter"}
    assert reasons.keys() == {reason.value for reason in Reason} - elsewhere


def test_what_was_sent_is_not_repeated_in_the_answer() -> None:
    hostile = "<script>alert(1)</script>"
    for bad in (
        Bad("", "GET", f"/now?limit={hostile}", 422, ""),
        Bad("", "GET", f"/alerts/{hostile.replace('/', '')}", 404, ""),
        Bad("", "POST", "/alerts/{alert}/close", 422, "", f'{{"because": "{hostile}"}}'.encode()),
    ):
        response = ask(bad)
        assert response.status_code == bad.status
        assert "script" not in response.text


def test_the_faults_that_are_told_are_bounded() -> None:
    body = b"{" + b", ".join(b'"%s%d": 1' % (b"x" * 300, number) for number in range(200)) + b"}"
    response = ask(Bad("", "POST", "/alerts/{alert}/close", 422, "", body))
    assert len(response.json()["errors"]) == 20
    assert len(response.content) < 8192


def test_a_body_that_claims_to_be_short_is_still_cut_off() -> None:
    def endless() -> Any:
        for _ in range(64):
            yield b" " * 8192

    headers = bearing("tenant_admin") | {"content-type": "application/json"}
    response = CLIENT.post(f"{ROOT}/alerts/{ALERT}/comment", content=endless(), headers=headers)
    assert (response.status_code, response.json()["reason"]) == (413, "too_large")


@pytest.mark.parametrize("length", ["-1", "x", "９", "1e9", "9" * 5000, ""])
def test_a_length_that_is_none_is_not_trusted(length: str) -> None:
    headers = bearing("tenant_admin") | {"content-type": "application/json"}
    raw = [(name.encode(), value.encode()) for name, value in (headers | {"content-length": length}).items()]
    response = CLIENT.post(f"{ROOT}/alerts/{ALERT}/comment", content=b"{}", headers=raw)
    assert response.status_code in (413, 422)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_get_past_the_reader_but_json(raw: bytes) -> None:
    try:
        read: Any = parse(raw)
    except CallError as error:
        read = error
    assert not isinstance(read, CallError) or read.problem.status == 400
    assert isinstance(read, CallError) or read == json.loads(raw)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(_VALUES, st.booleans())
def test_what_is_json_is_read_as_it_was_written(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert parse(text.encode()) == value
