"""What holds a telling back: mutes, closed stores, alerts that flap. When it ends it is judged again."""

from hypothesis import given
from hypothesis import strategies as st

from streams.alerts.organisation import Directory
from streams.clock import MINUTE, rfc3339
from streams.groups.policy import GroupPolicy
from streams.groups.records import mute_name
from tests.groups.group_stage import START, Stage, organisation

# mutes


def test_what_a_mute_holds_is_told_when_it_ends(stage: Stage) -> None:
    stage.mute(30).ask(stage.broke("a"))
    stage.at(29.9)
    assert stage.fresh() == []
    stage.at(30)
    assert stage.fresh() == [("broke", "shan", "a")]
    assert stage.lines("held") == ["mute: broke for shan: m1"]
    assert stage.lines("let_go") == ["mute: broke for shan: told"]


def test_several_that_a_mute_held_are_told_as_a_group(stage: Stage) -> None:
    stage.mute(30).ask(stage.broke("a"), stage.broke("b"), stage.broke("c", "lin")).at(30)
    assert sorted(stage.fresh()) == [("broke", "lin", "c"), ("grouped", "shan", "a", "b")]
    stage.ask(stage.broke("d"))
    assert stage.fresh() == []
    stage.at(35)
    assert stage.fresh() == [("grouped", "shan", "d", "a", "b")]


def test_what_is_over_or_taken_when_a_mute_ends_is_let_go(stage: Stage) -> None:
    stage.mute(30).ask(*(stage.broke(name) for name in "abc")).ask(stage.over("a"), stage.taken("b")).at(30)
    assert stage.fresh() == [("broke", "shan", "c")]
    assert stage.lines("let_go")[0] == "mute: broke for shan: it is resolved"


def test_unmute_ends_a_mute_now(stage: Stage) -> None:
    stage.mute(30).ask(stage.broke("a")).at(10).command("unmute", why="done")
    assert stage.fresh() == [("broke", "shan", "a")]
    assert stage.mutes == {}
    assert [(line.what, line.alert, line.by, line.why) for line in stage.audit if "mute" in line.what] == [
        ("muted", "m1", "ops", "maintenance"),
        ("unmuted", "m1", "ops", "done"),
    ]
    stage.at(30)
    assert len(stage.lines("unmuted")) == 1


def test_a_mute_is_published_with_what_it_holds_until_it_ends(stage: Stage) -> None:
    stage.mute(30).ask(stage.broke("a"), stage.broke("b"))
    mute = stage.mutes["m1"]
    assert (mute.held, mute.scope.store, mute.because, mute.by) == (2, "s1", "maintenance", "ops")
    stage.at(30)
    assert stage.mutes == {}
    ended = [line for line in stage.audit if line.what == "unmuted"]
    assert [(line.by, line.command, line.tenant) for line in ended] == [("monitor", None, "tea")]


def test_a_mute_covers_what_fits_all_of_its_scope(stage: Stage) -> None:
    stage.mute(30, {"store": "s1", "moment": "delivery.late"}).mute(30, {"region": "r2"}, mute="m2")
    stage.ask(
        stage.broke("a"),
        stage.broke("b", moment="order.confirm"),
        stage.broke("c", store="s2"),
        stage.broke("d", store="s9", region="r2"),
        stage.broke("e", tenant="other"),
    )
    assert [page[2] for page in stage.fresh()] == ["b", "c", "e"]


def test_a_mute_that_begins_later_covers_what_comes_then(stage: Stage) -> None:
    stage.mute(30, start=rfc3339(START + 10 * MINUTE)).ask(stage.broke("a"))
    assert stage.mutes["m1"].start.minute == 10
    stage.at(10).ask(stage.broke("b", moment="other"))
    assert stage.fresh() == [("broke", "shan", "a")]
    stage.at(30)
    assert stage.fresh() == [("broke", "shan", "b")]


def test_the_same_mute_again_is_the_same_mute_changed(stage: Stage) -> None:
    stage.mute(30).ask(stage.broke("a")).at(10).mute(50)
    stage.at(59)
    assert stage.fresh() == []
    stage.at(60)
    assert stage.fresh() == [("broke", "shan", "a")]
    assert stage.lines("muted") == ["maintenance", "maintenance"]


def test_what_a_changed_mute_no_longer_covers_is_told(stage: Stage) -> None:
    stage.mute(30).ask(stage.broke("a"), stage.broke("b", store="s2")).fresh()
    stage.at(6).mute(30, {"store": "s2"})
    assert stage.fresh() == [("broke", "shan", "a")]


def test_what_lies_in_another_mute_when_one_ends_goes_on_waiting(stage: Stage) -> None:
    stage.mute(30).ask(stage.broke("a")).mute(60, {"region": "r1"}, mute="m2")
    stage.at(30)
    assert stage.fresh() == []
    assert stage.mutes["m2"].held == 1
    stage.at(60)
    assert stage.fresh() == [("broke", "shan", "a")]


def test_of_two_mutes_the_one_that_ends_last_holds_it(stage: Stage) -> None:
    stage.mute(30).mute(60, {"region": "r1"}, mute="m2").ask(stage.broke("a"))
    stage.at(60)
    assert stage.fresh() == [("broke", "shan", "a")]
    assert stage.lines("held") == ["mute: broke for shan: m2"]


def test_whoever_waits_for_the_end_of_a_long_mute_is_still_known_then(stage: Stage) -> None:
    stage.mute(3 * 24 * 60).ask(stage.broke("a"))
    for day in range(1, 4):
        stage.at(day * 24 * 60)
    assert stage.fresh() == [("broke", "shan", "a")]


def test_the_end_of_what_was_told_before_a_mute_is_told_in_spite_of_it(stage: Stage) -> None:
    stage.ask(stage.broke("a")).mute(30).ask(stage.over("a"))
    assert stage.fresh() == [("broke", "shan", "a"), ("ended", "shan", "a")]


def test_what_was_gathered_before_a_mute_waits_for_its_end(stage: Stage) -> None:
    stage.ask(stage.broke("a"), stage.broke("b")).at(1).mute(30)
    stage.at(5)
    assert stage.fresh() == [("broke", "shan", "a")]
    stage.at(31)
    assert stage.fresh() == [("broke", "shan", "b")]


def test_the_command_of_a_mute_that_comes_again_is_one_command(stage: Stage) -> None:
    until = rfc3339(START + 30 * MINUTE)
    order = stage.order("mute", scope={"store": "s1"}, until=until, because="x")
    for _ in range(2):
        stage.decide([stage.batch("commands", [order, order])])
    stage.at(5).command("unmute")
    stage.decide([stage.batch("commands", [order])])
    assert stage.mutes == {}
    assert [line.what for line in stage.audit] == ["muted", "unmuted"]


def test_mutes_that_mean_nothing_are_refused_and_stand_in_the_audit(restless: bool) -> None:
    stage = Stage(restless=restless, policy=GroupPolicy(most_mutes=2))
    stage.mute(0).mute(-5).mute(32 * 24 * 60).command("unmute", mute="none")
    stage.mute(5, start=rfc3339(START + 6 * MINUTE))
    stage.mute(30).mute(30, mute="m2").mute(30, mute="m3")
    stage.command("unmute", tenant="other").command("unmute").command("unmute")
    refused = [why.split(":")[0] for why in stage.lines("refused")]
    assert refused == [
        "over_before_it_begins",
        "over_before_it_begins",
        "mute_too_long",
        "unknown_mute",
        "over_before_it_begins",
        "too_many_mutes",
        "unknown_mute",
    ]
    assert stage.lines("no_effect") == ["unmute: it has ended"]
    assert all(line.command is not None and line.by == "ops" for line in stage.audit)


def test_mutes_of_the_same_id_of_two_tenants_are_two(stage: Stage) -> None:
    stage.mute(30).mute(60, tenant="other").ask(stage.broke("a"), stage.broke("b", tenant="other"))
    assert stage.fresh() == []
    assert {key: (mute.tenant, mute.held) for key, mute in stage.mutes.items()} == {
        "m1": ("tea", 1),
        "other/m1": ("other", 1),
    }
    stage.at(10).command("unmute", tenant="other")
    assert stage.fresh() == [("broke", "shan", "b")]
    assert list(stage.mutes) == ["m1"]
    assert [(line.what, line.tenant) for line in stage.audit if "mute" in line.what] == [
        ("muted", "tea"),
        ("muted", "other"),
        ("unmuted", "other"),
    ]
    stage.at(30)
    assert stage.fresh() == [("broke", "shan", "a")]
    assert stage.mutes == {}


TEXTS = st.text(alphabet="a/%2F", min_size=1, max_size=6)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_no_two_mutes_have_one_name(tenant: str, mute: str, other: str, another: str) -> None:
    assert (mute_name(tenant, mute) == mute_name(other, another)) == ((tenant, mute) == (other, another))


def test_mutes_that_have_ended_are_forgotten_after_a_day(stage: Stage) -> None:
    stage.mute(30).at(30).at(31 + 24 * 60)
    assert [key for key, value in dict(stage.log).items() if value is not None] == []


def test_other_commands_are_passed_over_in_silence(stage: Stage) -> None:
    values = [b"{", None, b'{"do": "dance"}', b'{"do": "comment", "id": "1"}']
    stage.decide([stage.batch("commands", [])._replace(records=[stage.record("commands", v, "tea") for v in values])])
    assert stage.decisions[-1].outputs == []


# closed stores


def test_what_breaks_in_a_closed_store_is_told_when_it_opens(stage: Stage) -> None:
    stage.ask(stage.broke("a", store="night"), stage.broke("b", store="night"), stage.broke("c", store="night"))
    assert stage.fresh() == []
    stage.at(30).ask(stage.over("b"))
    stage.at(59.9)
    assert stage.fresh() == []
    stage.at(60)
    assert stage.fresh() == [("grouped", "shan", "a", "c")]
    assert stage.lines("held")[0] == "closed: broke for shan: until 2026-11-02T09:00:00Z"


def test_what_is_critical_is_told_though_the_store_is_closed(stage: Stage) -> None:
    stage.ask(stage.broke("a", store="night", severity="critical"))
    assert stage.fresh() == [("broke", "shan", "a")]


def test_a_store_that_is_open_or_unknown_or_without_hours_holds_nothing(stage: Stage) -> None:
    stage.at(60).ask(
        stage.broke("a", store="night"),
        stage.broke("b", store="nowhere", moment="m.b"),
        stage.broke("c", store=None, moment="m.c"),
        stage.broke("d", moment="m.d"),
    )
    assert len(stage.fresh()) == 4


def test_the_hours_are_those_of_the_stores_own_zone(restless: bool) -> None:
    hours = {"mon-sun": ["09:00-17:30"]}  # 17:00 at the start
    stage = Stage(organisation(stores=[{"id": "s1", "time_zone": "Asia/Tokyo", "hours": hours}]), restless=restless)
    stage.ask(stage.broke("a"))
    assert stage.fresh() == [("broke", "shan", "a")]
    stage.at(31).ask(stage.broke("b", moment="m.b"))
    assert stage.fresh() == []
    stage.at(16 * 60)
    assert stage.fresh() == [("broke", "shan", "b")]


def test_another_directory_counts_from_the_next_decision_on(stage: Stage) -> None:
    stage.directory = Directory.of([])
    stage.processor.use(stage.directory)
    stage.ask(stage.broke("a", store="night"))
    assert stage.fresh() == [("broke", "shan", "a")]


# flapping


def flap(stage: Stage, times: int, every: float = 1) -> None:
    """It opens and ends again so many times."""
    for _ in range(times):
        stage.ask(stage.broke("a")).pass_(every / 2).ask(stage.over("a")).pass_(every / 2)


def test_an_alert_that_ended_four_times_in_half_an_hour_is_told_once_it_has_been_open_for_a_while(stage: Stage) -> None:
    flap(stage, 4, every=6)
    assert [page[0] for page in stage.fresh()] == ["broke", "ended"] * 4
    stage.at(24).ask(stage.broke("a"))
    stage.at(38.9)
    assert stage.fresh() == []
    assert stage.lines("held") == ["flap: broke for shan: until 2026-11-02T08:39:00Z"]
    stage.at(39)
    assert stage.fresh() == [("broke", "shan", "a")]


def test_each_turn_of_an_alert_that_flaps_puts_it_off_and_nobody_hears_of_it(stage: Stage) -> None:
    flap(stage, 4, every=6)
    stage.fresh()
    stage.at(24)
    flap(stage, 3, every=6)
    stage.at(42).ask(stage.broke("a"))
    stage.at(56.9)
    assert stage.fresh() == []
    stage.at(57)
    assert stage.fresh() == [("broke", "shan", "a")]


def test_three_ends_or_four_in_a_longer_time_are_no_flapping(stage: Stage) -> None:
    flap(stage, 3, every=6)
    stage.fresh()
    stage.ask(stage.broke("a"))
    assert stage.fresh() == [("broke", "shan", "a")]
    slow = Stage(restless=stage.restless)
    flap(slow, 5, every=11)
    assert [page[0] for page in slow.fresh()] == ["broke", "ended"] * 5


def test_what_flaps_and_is_over_or_taken_when_it_would_be_told_is_let_go(stage: Stage) -> None:
    flap(stage, 4, every=6)
    stage.fresh()
    stage.ask(stage.broke("a")).pass_(5)
    stage.ask(stage.taken("a")).pass_(20)
    assert stage.fresh() == []
    assert stage.lines("let_go")[-1] == "flap: broke for shan: it is acknowledged"


# what comes before what


def test_mute_comes_before_closed_store_and_closed_store_before_flapping_and_that_before_the_lane(stage: Stage) -> None:
    flap(stage, 4, every=1)
    stage.fresh()
    stage.mute(60)
    stage.ask(stage.broke("a"))
    assert stage.lines("held")[-1].startswith("mute")
    stage.ask(stage.over("a"))
    stage.command("unmute").ask(stage.broke("a"), stage.broke("b", moment="delivery.late"), stage.broke("c"))
    assert [why.split(":")[0] for why in stage.lines("held")[-3:]] == ["flap", "window", "window"]
    shut = stage.broke("z", store="night")
    for _ in range(4):
        stage.ask(shut, stage.over("z"))
        shut = stage.broke("z", store="night")
    stage.ask(shut)
    assert stage.lines("held")[-1].startswith("closed")
