"""One alert, one case, one command, one incident: what the board tells of each."""

import json
from typing import Any

import pytest

from schemas.notice import Notice
from schemas.transition import Text
from streams.clock import DAY, HOUR, MINUTE, rfc3339
from streams.console.board import Board
from streams.console.board.messages import Messages
from streams.console.viewer import Viewer
from streams.console.views import AlertView, CaseRecord, CaseView, Clock, DeadLetter, Entry, Freshness
from tests.console.board_records import (
    ALL,
    BOSS,
    NOON,
    Fed,
    alert,
    broken,
    ids,
    incident,
    line,
    met,
    minutes,
    mute,
    notice,
    organisation,
    receipt,
)

GUEST = Viewer("guest", "Guest", "viewer", frozenset({"hotel"}))


def view(fed: Fed, name: str = "a", viewer: Viewer = BOSS) -> AlertView:
    found = fed.board.alert(viewer, name, minutes(60))
    assert found is not None
    return found


def gist(entries: tuple[Entry, ...]) -> list[tuple[int, str, str]]:
    """Minute, who said it, and what, of each line of a timeline."""
    return [((entry.at - NOON) // MINUTE, entry.said, _what(entry)) for entry in entries]


def _what(entry: Entry) -> str:
    assert sum(part is not None for part in (entry.line, entry.notice, entry.receipt, entry.text)) == 1
    if entry.line is not None:
        return entry.line.what
    if entry.notice is not None:
        return entry.notice.id
    return entry.receipt.outcome if entry.receipt is not None else entry.text.en if entry.text is not None else ""


def told() -> Fed:
    """An alert that was raised, told and taken; the records arrive topic by topic, the last first."""
    fed = Fed().feed("receipts", receipt("n", "a", minutes(2), "deferred"), receipt("n", "a", minutes(4), attempt=2))
    fed.feed("notices", notice("n", broken("a"), minutes(1)))
    fed.feed("audit", line("a", "acknowledged", minutes(3), "shan"), line("a", "raised", minutes(1)))
    return fed.feed("alerts", broken("a"), partition=5)


def test_the_history_of_an_alert_is_one_line_of_time() -> None:
    shown = view(told())
    assert gist(shown.timeline) == [
        (1, "alert", "raised"),
        (1, "message", "n"),
        (2, "message", "deferred"),
        (3, "person", "acknowledged"),
        (4, "message", "delivered"),
    ]
    assert shown.partition == 5
    assert shown.told == (("shan", "wecom", "delivered", minutes(4)),)


def test_a_message_about_several_is_in_the_history_of_each_that_it_names() -> None:
    fed = Fed().alerts(broken("a"), broken("b"), broken("c"))
    member: dict[str, Any] = {"moment": "m", "title": {"zh": "a", "en": "b"}, "severity": "high", "state": "firing"}
    members = [member | {"alert": "b", "case": "order-b"}]
    fed.feed("notices", notice("n", broken("a"), NOON, group=incident("g", members=members), reason="grouped"))
    fed.feed("receipts", receipt("n", "g", minutes(1)))
    for name in ("a", "b"):
        assert [what for _, _, what in gist(view(fed, name).timeline)] == ["n", "delivered"]
        assert [way[:3] for way in view(fed, name).told] == [("shan", "wecom", "delivered")]
    assert view(fed, "c").timeline == ()


def test_lines_that_another_tenant_or_case_provoked_are_not_in_the_history() -> None:
    fed = Fed().alerts(alert("a"))
    fed.feed("audit", line("a", "refused", NOON, "spy", tenant="hotel", after=None, command="c1", why="other_tenant"))
    fed.feed("audit", line("a", "refused", NOON, "slip", case="order-b", after=None, command="c2", why="other_case"))
    fed.feed("notices", notice("n", alert("a", tenant="hotel"), NOON))
    fed.feed("receipts", receipt("n", "a", NOON, tenant="hotel"))
    assert view(fed).timeline == ()
    assert view(fed).told == ()


def test_an_alert_shows_its_siblings_its_incident_and_its_mute() -> None:
    fed = Fed().feed("groups", incident("i")).feed("mutes", mute("m", {"store": "s1"}, NOON, minutes(90)))
    fed.alerts(broken("a", case="x"), met("b", minutes(9), case="x"), alert("c", case="x"), broken("d", case="y"))
    fed.alerts(broken("z", case="x", tenant="hotel"))
    shown = view(fed)
    assert ids(shown.siblings) == ["c", "b"]
    assert shown.incident is not None
    assert (shown.incident.group.id, shown.incident.owed) == ("i", 2)
    assert shown.mute is not None
    assert (shown.mute.id, shown.row.muted_until, shown.row.incident) == ("m", minutes(90), "i")
    assert view(fed, "c").incident is None
    fed.feed("groups", incident("i", state="resolved", until=rfc3339(minutes(50))))
    over = view(fed).incident
    assert over is not None
    assert (over.group.state, over.owed) == ("resolved", 0)


def test_what_is_of_another_tenant_is_not_there() -> None:
    fed = told().feed("groups", incident("i")).feed("mutes", mute("m", {"store": "s1"}, NOON, minutes(90)))
    fed.feed("audit", line("a", "commented", minutes(5), "shan"))
    board, at = fed.board, minutes(10)
    board.use_directory(organisation())
    record = CaseRecord("tea", "order-a", (), (), "v1", None)
    assert board.alert(GUEST, "a", at) is None
    assert board.case(GUEST, "tea", "order-a", record, at) is None
    assert board.incident(GUEST, "i", at) is None
    assert board.mutes(GUEST, at) == ()
    assert board.people(GUEST, "tea") == ()
    assert board.rota(GUEST, at) == ()
    assert [stage.moments for stage in board.journey(GUEST, ALL, at)] == [(), (), (), ()]
    left = board.handover(GUEST, ALL, 0, at)
    assert (left.open, left.incidents, left.remarks, left.closed, left.mutes) == ((), (), (), (), ())
    assert not any(left.counts.values())
    # and it is there for those whose tenant it is
    own = Viewer("own", "Own", "viewer", frozenset({"tea"}))
    assert board.alert(own, "a", at) is not None
    assert board.case(own, "tea", "order-a", None, at) is not None
    assert board.incident(own, "i", at) is not None
    assert len(board.mutes(own, at)) == 1
    assert [person.id for person in board.people(own, "tea")] == ["ana", "fang", "rui", "shan"]
    assert board.people(own, "nowhere") == ()
    assert len(board.rota(own, at)) == 4
    assert [moment.broken for moment in board.journey(own, ALL, at)[2].moments] == [1]
    assert len(board.handover(own, ALL, 0, at).remarks) == 1


def test_a_case_is_one_line_of_events_clocks_people_and_messages() -> None:
    fed = (
        told()
        .alerts(met("b", minutes(2), case="order-a"))
        .feed("audit", line("b", "raised", NOON, case="order-a", moment="delivery.soon"))
    )
    clock = Clock(
        "delivery.on_time", Text(zh="", en=""), 1, "BREACHED", "high", minutes(30), Text(zh="", en="is due"), ()
    )
    undated = Clock("delivery.soon", Text(zh="", en=""), 1, "RUNNING", "low", None, Text(zh="", en=""), ())
    events = ((NOON, "order.placed", "e1", "pos"), (minutes(2), "order.cooked", "e2", "pos"))
    record = CaseRecord("tea", "order-a", events, (clock, undated), "v1", NOON)
    found = fed.board.case(BOSS, "tea", "order-a", record, minutes(60))
    assert isinstance(found, CaseView)
    assert gist(found.timeline) == [
        (0, "event", "order.placed (pos, e1)"),
        (0, "alert", "raised"),
        (1, "alert", "raised"),
        (1, "message", "n"),
        (2, "event", "order.cooked (pos, e2)"),
        (2, "message", "deferred"),
        (3, "person", "acknowledged"),
        (4, "message", "delivered"),
        (30, "clock", "delivery.on_time: due, and not done"),
    ]
    assert (ids(found.rows), found.record) == (["a", "b"], record)
    assert fed.board.partition_of_case("tea", "order-a") in (0, 5)


def test_a_message_about_two_alerts_of_a_case_is_one_line_of_it() -> None:
    fed = Fed().alerts(broken("a", case="x"), broken("b", case="x"))
    member = {
        "alert": "b",
        "case": "x",
        "moment": "m",
        "title": {"zh": "", "en": ""},
        "severity": "low",
        "state": "firing",
    }
    fed.feed("notices", notice("n", broken("a", case="x"), NOON, group=incident("g", members=[member])))
    found = fed.board.case(BOSS, "tea", "x", None, NOON)
    assert found is not None
    assert [what for _, _, what in gist(found.timeline)] == ["n"]


def test_a_case_of_which_nobody_knows_anything_is_none_and_one_without_alerts_is_its_record() -> None:
    board = Board()
    assert board.case(BOSS, "tea", "x", None, NOON) is None
    assert board.partition_of_case("tea", "x") is None
    record = CaseRecord("tea", "x", ((NOON, "order.placed", "e1", "pos"),), (), "v1", None)
    found = board.case(BOSS, "tea", "x", record, NOON)
    assert found is not None
    assert (found.rows, len(found.timeline)) == ((), 1)


@pytest.mark.parametrize(
    ("what", "result"),
    [
        *((what, "done") for what in ("acknowledged", "assigned", "commented", "snoozed", "closed")),
        ("refused", "refused"),
        ("no_effect", "no_effect"),
    ],
)
def test_what_became_of_a_command_is_what_the_audit_says(what: str, result: str) -> None:
    fed = Fed().alerts(alert("a", version=4))
    assert fed.board.outcome("c") is None
    fed.feed("audit", line("a", what, NOON, "shan", command="c", why="because"))
    found = fed.board.outcome("c")
    assert found is not None
    assert (found.result, found.why) == (result, "because")
    assert found.present is not None
    assert found.present.version == 4
    assert fed.board.outcome("d") is None


def test_the_outcome_shows_the_alert_as_it_is_now() -> None:
    fed = Fed().feed("audit", line("a", "refused", NOON, "shan", command="c", why="changed"))
    first = fed.board.outcome("c")
    assert first is not None
    assert first.present is None
    fed.alerts(alert("a", version=2)).alerts(alert("a", version=3))
    then = fed.board.outcome("c")
    assert then is not None
    assert then.present is not None
    assert then.present.version == 3


def test_an_outcome_shows_nothing_of_an_alert_that_was_none_of_its_business() -> None:
    fed = Fed().alerts(alert("a"))
    fed.feed("audit", line("a", "refused", NOON, "spy", tenant="hotel", after=None, before=None, command="c"))
    fed.feed("audit", line("a", "refused", NOON, "spy", tenant="hotel", command="d"))
    fed.feed("audit", line("a", "refused", NOON, "slip", case="order-b", after=None, before=None, command="e"))
    for command in ("c", "d", "e"):
        found = fed.board.outcome(command)
        assert found is not None
        assert (found.result, found.present) == ("refused", None)


def test_equal_commands_of_two_tenants_have_an_outcome_each() -> None:
    fed = Fed().alerts(alert("a"), alert("x", tenant="hotel"))
    fed.feed("audit", line("a", "closed", NOON, command="c"), line("x", "refused", NOON, command="c", tenant="hotel"))
    results = [(found.result, found.present) for tenant in ("tea", "hotel") if (found := fed.board.outcome("c", tenant))]
    assert [(result, present and present.id) for result, present in results] == [("done", "a"), ("refused", "x")]
    assert fed.board.outcome("c", "bank") is None


def test_a_mute_has_an_outcome_and_no_alert() -> None:
    fed = Fed().feed("audit", line("m", "muted", NOON, "boss", case="", moment="", before=None, after=None, command="c"))
    found = fed.board.outcome("c")
    assert found is not None
    assert (found.result, found.present) == ("done", None)


def test_the_follow_up_list_of_an_incident_is_who_still_waits() -> None:
    fed = Fed().feed("groups", incident("i"))
    fed.alerts(*(broken(name, minutes(30 - number)) for number, name in enumerate("abc")), alert("d"))
    fed.alerts(broken("e", state="resolved", kind="recovered", ended_at=rfc3339(minutes(40))))
    found = fed.board.incident(BOSS, "i", minutes(60), limit=2)
    assert found is not None
    row, rows = found
    assert (row.owed, ids(rows)) == (3, ["c", "b"])
    assert fed.board.incident(BOSS, "j", NOON) is None


def test_a_group_and_a_digest_list_their_open_alerts() -> None:
    member = {"moment": "m", "title": {"zh": "", "en": ""}, "severity": "low", "state": "firing"}
    group = incident("g", kind="group", shared=None, value=None, region="east", moment="delivery.on_time")
    digest = incident("d", kind="digest", shared=None, value=None)
    digest |= {"members": [member | {"alert": name, "case": "x"} for name in ("a", "b", "gone")]}
    fed = Fed().feed("groups", group, digest).alerts(alert("a"), broken("b"), met("c", NOON))
    fed.alerts(broken("x", moment="other"), broken("y", labels={"region": "west"}))
    for name in ("g", "d"):
        found = fed.board.incident(BOSS, name, minutes(60))
        assert found is not None
        assert (found[0].owed, ids(found[1])) == (2, ["b", "a"])


def test_messages_and_lines_of_the_unknown_are_forgotten_after_three_days() -> None:
    fed = told()
    fed.feed("audit", line("gone", "raised", NOON), line("gone", "commented", NOON, "shan"))
    fed.board.freshness(Freshness(NOON))
    fed.feed("notices", notice("unsent", broken("a"), minutes(1)))
    fed.feed("alerts", alert("later"), at=NOON + 3 * DAY)
    assert len(view(fed).timeline) == 6
    fed.feed("audit", line("young", "raised", NOON + DAY))
    fed.feed("alerts", alert("much-later"), at=NOON + 3 * DAY + HOUR)
    # what is said of an alert that is known is kept, what was told of it is not
    assert [what for _, _, what in gist(view(fed).timeline)] == ["raised", "acknowledged"]
    assert view(fed).told == ()
    fed.alerts(alert("gone"), alert("young"))
    assert view(fed, "gone").timeline == ()
    assert len(view(fed, "young").timeline) == 1
    assert fed.board.handover(BOSS, ALL, 0, NOON + 4 * DAY).remarks == ()


def test_while_the_topics_are_being_read_lines_wait_for_their_alert() -> None:
    fed = Fed().feed("audit", line("a", "raised", NOON)).feed("alerts", alert("b"), at=NOON + 4 * DAY)
    assert [what for _, _, what in gist(view(fed.alerts(alert("a"))).timeline)] == ["raised"]


def test_messages_are_kept_as_long_as_something_that_they_are_about() -> None:
    messages = Messages()
    group = incident("g", members=[{"alert": "b", "case": "x", "moment": "m", "severity": "low", "state": "firing"}])
    group["members"][0]["title"] = group["title"]
    said = notice("n", broken("a"), NOON, group=group)
    messages.put_notice(Notice.model_validate(said), Notice.model_validate(said).model_dump_json().encode(), NOON)
    for subject in ("a", "g"):
        messages.drop(subject)
        assert len(messages) == 1
    messages.drop("b")
    assert len(messages) == 0


def test_a_forgotten_alert_takes_its_history_with_it() -> None:
    fed = told().forget("alerts", "a").alerts(broken("a"))
    assert view(fed).timeline == ()


def test_dead_letters_are_read_by_those_whose_tenant_they_name() -> None:
    def letter(value: str) -> DeadLetter:
        return DeadLetter("orders", 0, 1, NOON, "bad_field", "time", "Correct it.", "k", value)

    own, other = letter(json.dumps({"tenant": "hotel"})), letter(json.dumps({"tenant": "tea"}))
    letters = (own, other, letter("{"), letter('{"tenant": 7}'), letter("\ud800"), letter("[" * 100_000))
    board = Board()
    board.feeds_are((), letters)
    assert board.feeds(GUEST, NOON).letters == (own,)
    assert board.feeds(BOSS, NOON).letters == letters
    assert board.version == 1
    board.feeds_are((), letters)
    assert board.version == 1
