"""Case records as bytes: what was once written stays readable.

The files in `records/` were written by release 0.1.0: single records of layout 1, and of layout 2, the plain cases, whole
states, because a plain record needs its dictionary and its catalogue. They are never written again: a reader that cannot
take them has broken the promise that state outlives releases. A new layout adds files of its own.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.catalogue.load import compile_source
from streams.engine.case import AT_RISK, BREACHED, REFUSED, Base, Came, Case, Fact, Kind, Loose, Move, Occurrence, Track
from streams.errors import StateError
from streams.state.codec import NO_WAKE, decode, encode, wake_of
from streams.state.dictionary import Dictionary
from streams.state.plain import facts_of
from streams.state.reader import CaseReader

RECORDS = sorted((Path(__file__).parent / "records").glob("v1_*.json"))
STATES = sorted((Path(__file__).parent / "records").glob("v[23]_*.json"))


def a_case() -> Case:
    """A record with something in every field."""
    looked_at: dict[str, str | int | float | bool] = {"store_id": "s-1", "promised_at": 5_000, "vip": True, "score": 1.5}
    start = Fact(1_000, "p-1", "//pos", "order.placed", looked_at)
    pause = Fact(2_000, "w-1", "//desk", "ticket.waiting", {})
    running = Occurrence(
        2, AT_RISK, 1_000, "p-1", 5_000, 4_000, 3_000, 2_500, 5_000, {0: 1, 1: 2}, 1, 0, None, None, None, True,
        "Asia/Shanghai",
        [
            Move(Kind.PAUSED, 2_000, "w-1", None, 6),
            Move(REFUSED, 2_100, "w-3", None),
            Move(Kind.RESUMED, 2_500, "w-2", 500),
        ],
        1, 1, (Came(0, 2_200, "e-2", "//desk"), Came(1, 2_300, "e-3", "//pos")),
    )  # fmt: skip
    broken = Occurrence(1, BREACHED, 1_000, "p-1", 4_000, 4_000, None, 1_000, 9_000, {0: 1, 2: 1}, 0, 1, 4_000)
    early = (Came(0, 900, "e-1", "//pos"),)
    tracks = [Track("order.confirm", [running], Loose(900, 2, "e-1"), [broken], early), Track("order.make", [broken])]
    base = Base(500, [Track("order.make", [])], {"channel": "app"}, [start])
    return Case("tea@0123456789ab", [start, pause], tracks, 1, 4_000, None, base)


def test_a_record_reads_back_as_it_was_written() -> None:
    case = a_case()
    assert decode(encode(case, 42)) == case


@given(st.one_of(st.none(), st.integers(-(1 << 62), 1 << 62)))
def test_the_wake_stands_in_front_and_is_read_without_the_rest(wake: int | None) -> None:
    assert wake_of(encode(a_case(), wake)) == (NO_WAKE if wake is None else wake)


def test_a_record_of_a_later_layout_is_refused_with_what_to_do() -> None:
    value = bytes([2]) + encode(a_case(), 1)[1:]
    with pytest.raises(StateError, match="layout 2, this release reads 1"):
        decode(value)


DAMAGED = {"empty": b"", "garbage": b"\x01" + bytes(8) + b"\xc1", "cut": encode(a_case(), 1)[:-1]}


@pytest.mark.parametrize("value", DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_bytes_are_a_state_error(value: bytes) -> None:
    with pytest.raises(StateError):
        decode(value)


def test_there_are_records_of_the_first_layout() -> None:
    assert len(RECORDS) >= 4


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_written_by_an_earlier_release_is_read_to_the_last_field(path: Path) -> None:
    stored: dict[str, Any] = json.loads(path.read_text("utf-8"))
    value = bytes.fromhex(stored["bytes"])
    case = decode(value)
    assert wake_of(value) == stored["wake"]
    known = stored["record"]
    assert _named(case, known) == known


@pytest.mark.parametrize("path", STATES, ids=lambda path: path.stem)
def test_a_plain_case_stored_by_an_earlier_release_unfolds_to_the_last_field(path: Path) -> None:
    stored: dict[str, Any] = json.loads(path.read_text("utf-8"))
    reader = CaseReader(compile_source)
    cases = {}
    for key, value in stored["state"].items():
        if not reader.restore(key.encode(), bytes.fromhex(value)):
            cases[key] = bytes.fromhex(value)
    value = cases[f"{stored['tenant']}\x1f{stored['case']}"]
    assert value[0] == int(path.stem[1])
    assert wake_of(value) == stored["wake"]
    _, case = reader.read(value)
    assert _named(case, stored["record"]) == stored["record"]


def test_a_plain_record_without_its_dictionary_or_cut_short_is_a_state_error() -> None:
    stored: dict[str, Any] = json.loads(STATES[0].read_text("utf-8"))
    value = bytes.fromhex(stored["state"][f"{stored['tenant']}\x1f{stored['case']}"])
    with pytest.raises(StateError, match="not in the state"):
        CaseReader(compile_source).read(value)
    for cut in (1, len(value) - 1, 40):
        with pytest.raises(StateError):
            facts_of(value[:cut], Dictionary())


def _named(held: Any, like: Any) -> Any:
    """The record by field names, cut to the fields that the file knows: later releases may have more."""
    if isinstance(held, msgspec.Struct) and isinstance(like, dict):
        return {name: _named(getattr(held, name), value) for name, value in like.items()}
    if isinstance(held, list) and isinstance(like, list) and len(held) == len(like):
        return [_named(inner, inner_like) for inner, inner_like in zip(held, like, strict=True)]
    if isinstance(held, dict):
        return {str(name): value for name, value in held.items()}
    return held
