"""Whatever is said in whatever order: the board and the model tell the same first page."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alert import Alert
from schemas.group import Group
from streams.clock import DAY, HOUR, MINUTE, rfc3339
from streams.console.viewer import Viewer
from streams.console.views import Filter, Now
from tests.console.board_model import Model
from tests.console.board_records import NOON, Fed, alert, incident, line

_INSTANTS = st.sampled_from(
    [NOON - DAY, NOON - 4 * HOUR, NOON - 1, NOON, NOON + MINUTE, NOON + 30 * MINUTE, NOON + 8 * HOUR]
)
_STAMPS = _INSTANTS.map(rfc3339)
_PEOPLE = st.sampled_from([None, None, "shan", "ana"])
_TENANTS = st.sampled_from(["tea", "tea", "hotel"])
_SEVERITIES = st.sampled_from(["low", "medium", "high", "critical"])
_STAGES = ("pre_contact", "decision", "execution", "after_sales")


@st.composite
def _alerts(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from([f"a{number}" for number in range(12)]))
    moment = draw(st.integers(0, 3))
    store = draw(st.sampled_from([None, "s1", "s2", "s3"]))
    return alert(
        name,
        version=draw(st.integers(1, 9)),
        # an alert does not change its tenant
        tenant="hotel" if name in ("a1", "a2", "a3") else "tea",
        state=draw(st.sampled_from(["firing", "firing", "acknowledged", "snoozed", "unknown", "resolved", "retracted"])),
        kind=draw(st.sampled_from(["at_risk", "breached", "met", "recovered", "unknown"])),
        moment=f"m.{moment}",
        stage=_STAGES[moment],
        severity=draw(_SEVERITIES),
        labels={"region": draw(st.sampled_from([None, "east", "west"])), "store": store, "fleet": draw(_FLEETS)},
        raised_at=draw(_STAMPS),
        due_at=draw(st.none() | _STAMPS),
        broken_at=draw(st.none() | _STAMPS),
        ended_at=draw(st.none() | _STAMPS),
        acknowledged_by=draw(_PEOPLE),
        assignee=draw(_PEOPLE),
    )


_FLEETS = st.sampled_from([None, "bee", "wasp"])


@st.composite
def _incidents(draw: st.DrawFn) -> dict[str, Any]:
    shared, value = draw(st.sampled_from([("fleet", "bee"), ("fleet", "wasp"), ("store", "s1"), ("region", "west")]))
    return incident(
        draw(st.sampled_from(["i1", "i2", "i3"])),
        shared,
        value,
        draw(_INSTANTS),
        tenant=draw(_TENANTS),
        state=draw(st.sampled_from(["firing", "firing", "resolved"])),
        severity=draw(_SEVERITIES),
        kind=draw(st.sampled_from(["incident", "incident", "incident", "group"])),
        until=draw(st.none() | _STAMPS),
    )


_FILTERS = st.builds(
    Filter,
    tenant=st.sampled_from([None, None, "tea", "hotel"]),
    region=st.sampled_from([None, None, "east"]),
    store=st.sampled_from([None, None, "s1", "s2"]),
    moment=st.sampled_from([None, None, "m.1"]),
    stage=st.sampled_from([None, None, "decision"]),
    severity=st.sampled_from([None, None, "high"]),
    text=st.sampled_from([None, None, "A1", "m.2", "送"]),
    mine=st.sampled_from([None, None, "shan"]),
)
_VIEWERS = st.builds(
    Viewer,
    id=st.just("v"),
    name=st.just("V"),
    role=st.just("viewer"),
    tenants=st.sampled_from([None, frozenset({"tea"}), frozenset({"hotel"}), frozenset()]),
    time_zone=st.sampled_from(["Asia/Shanghai", "UTC", "America/New_York", "Asia/Kathmandu"]),
)
_QUESTIONS = st.tuples(
    _VIEWERS, _FILTERS | st.just(Filter()), st.sampled_from([NOON, NOON + HOUR]), st.sampled_from([0, 2, 9])
)
_STEPS = st.one_of(
    st.tuples(st.just("alerts"), _alerts()),
    st.tuples(st.just("alerts"), _alerts()),
    st.tuples(st.just("groups"), _incidents()),
    st.tuples(st.just("forget"), st.sampled_from(["a0", "a1", "a5", "i1"])),
    st.tuples(st.just("ask"), _QUESTIONS),
)


@settings(max_examples=250, deadline=None)
@given(st.lists(_STEPS, max_size=40), st.lists(_QUESTIONS, min_size=1, max_size=4))
def test_the_board_tells_what_the_model_tells(steps: list[tuple[str, Any]], questions: list[Any]) -> None:
    fed, model = Fed(), Model()
    for what, said in [*steps, *(("ask", question) for question in questions)]:
        if what == "alerts":
            fed.alerts(said)
            model.alerts[said["id"]] = Alert.model_validate(said)
        elif what == "groups":
            fed.feed("groups", said)
            model.groups[said["id"]] = Group.model_validate(said)
        elif what == "forget":
            fed.forget("alerts" if said[0] == "a" else "groups", said)
            model.alerts.pop(said, None)
            model.groups.pop(said, None)
        else:
            viewer, filter, at, limit = said
            assert plain(fed.board.now(viewer, filter, at, limit)) == model.now(viewer, filter, at, limit)


@settings(max_examples=100, deadline=None)
@given(st.lists(_alerts(), max_size=200), st.lists(_alerts(), max_size=100), _QUESTIONS)
def test_a_board_that_took_many_at_once_tells_the_same(
    first: list[dict[str, Any]], then: list[dict[str, Any]], question: Any
) -> None:
    fed, model = Fed(), Model()
    fed.feed("groups", incident("i", "store", "s1", NOON - DAY))
    model.groups["i"] = Group.model_validate(incident("i", "store", "s1", NOON - DAY))
    for some in (first, then):
        for number, said in enumerate(some):
            own = said | {"id": f"{said['id']}-{number}"}
            fed.alerts(own)
            model.alerts[own["id"]] = Alert.model_validate(own)
        viewer, filter, at, limit = question
        assert plain(fed.board.now(viewer, filter, at, limit)) == model.now(viewer, filter, at, limit)


@settings(max_examples=50, deadline=None)
@given(st.permutations(["alert", "ack", "assign", "snooze"]), st.booleans())
def test_the_order_in_which_topics_are_read_does_not_matter(order: list[str], snoozed: bool) -> None:
    fed = Fed()
    state = {"state": "snoozed", "quiet_until": rfc3339(NOON + HOUR)} if snoozed else {"state": "acknowledged"}
    for what in order:
        if what == "alert":
            fed.alerts(alert("a", acknowledged_by="shan", assignee="ana", **state))
        elif what == "ack":
            fed.feed("audit", line("a", "acknowledged", NOON + 2, "shan"))
        elif what == "assign":
            fed.feed("audit", line("a", "assigned", NOON + 1, "boss"))
        else:
            fed.feed("audit", line("a", "snoozed", NOON, "fang"))
    assert fed.page().at_risk[0].holder == "shan"


def plain(page: Now) -> dict[str, Any]:
    """The parts of a page that the model has."""
    assert page.fresh.read_at is None
    return {
        "at_risk": [row.alert.id for row in page.at_risk],
        "broken": [row.alert.id for row in page.broken],
        "unknown": [row.alert.id for row in page.unknown],
        "totals": dict(page.totals),
        "left_out": dict(page.left_out),
        "incidents": [(row.group.id, row.owed, list(row.holders)) for row in page.incidents],
        "soonest": page.soonest,
        "oldest": page.oldest,
        "saved_today": page.saved_today,
        "warned_today": page.warned_today,
        "broken_today": page.broken_today,
        "stages": [(one.name, *one[2:5]) for one in page.stages],
        "stores": [(one.name, *one[2:5]) for one in page.stores],
        "regions": [(one.name, *one[2:5]) for one in page.regions],
    }
