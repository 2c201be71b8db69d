"""Lanes: the first is told at once, more within the window as one, and whoever was told hears that it is over."""

from schemas.alert import Alert
from schemas.organisation import Person
from streams.clock import MINUTE
from streams.groups.policy import GroupPolicy
from tests.groups.group_stage import START, Stage


def test_the_first_breach_of_a_group_is_told_at_once_as_the_alert_stage_asked(stage: Stage) -> None:
    ask = stage.broke("a")
    stage.ask(ask)
    assert stage.fresh() == [("broke", "shan", "a")]
    notice = stage.notices[0]
    assert notice.id == ask["tell"][0]["id"]
    assert notice.alert == Alert.model_validate(ask["alert"])
    assert notice.group is None
    assert stage.audit == []


def test_more_within_five_minutes_is_one_notice_that_lists_the_stores(stage: Stage) -> None:
    stage.ask(stage.broke("a")).at(1).ask(stage.broke("b", store="s2"), stage.broke("c", store="s2"))
    stage.at(4.99)
    assert stage.fresh() == [("broke", "shan", "a")]
    stage.at(5)
    assert stage.fresh() == [("grouped", "shan", "b", "c")]
    group = stage.notices[-1].group
    assert group is not None
    assert (group.kind, group.state, group.region, group.moment) == ("group", "firing", "r1", "delivery.late")
    assert [(count.store, count.open) for count in group.stores] == [("s2", 2)]
    assert (group.open, group.broken, group.ended, group.severity) == (2, 2, 0, "high")


def test_a_grouped_notice_carries_the_alert_to_look_at_first_with_its_sentence_and_what_to_do(stage: Stage) -> None:
    stage.ask(stage.broke("a"), stage.broke("b", ago=2), stage.broke("c", ago=1)).at(5)
    alert = stage.notices[-1].alert
    assert alert.id == "alert-c"
    assert alert.sentence is not None
    assert alert.sentence.en == "c is late."
    assert alert.playbook == {"en": ["Call the customer."]}


def test_a_window_that_gathered_opens_the_next_and_one_that_did_not_closes_the_lane(stage: Stage) -> None:
    stage.ask(stage.broke("a"), stage.broke("b")).at(5)
    stage.at(6).ask(stage.broke("c"))
    assert stage.fresh() == [("broke", "shan", "a"), ("grouped", "shan", "b")]
    stage.at(10)
    assert stage.fresh() == [("grouped", "shan", "c", "b")]
    stage.at(15).ask(stage.broke("d"))
    assert stage.fresh() == [("broke", "shan", "d")]


def test_each_person_has_lanes_of_their_own(stage: Stage) -> None:
    stage.ask(stage.broke("a", "shan"), stage.broke("b", "lin"), stage.broke("c", "shan", "lin")).at(5)
    told = [("broke", "shan", "a"), ("broke", "lin", "b"), ("grouped", "shan", "c"), ("grouped", "lin", "c")]
    assert sorted(stage.fresh()) == sorted(told)


def test_moments_regions_and_tenants_are_groups_apart(stage: Stage) -> None:
    stage.ask(
        stage.broke("a"),
        stage.broke("b", moment="order.confirm"),
        stage.broke("c", region="r2"),
        stage.broke("d", tenant="other"),
        stage.broke("e", region=None),
    )
    assert [page[2] for page in stage.fresh()] == ["a", "b", "c", "d", "e"]


def test_warnings_are_gathered_for_a_minute_apart_from_breaches(stage: Stage) -> None:
    stage.ask(stage.warned("a"), stage.warned("b"), stage.broke("c")).at(0.99)
    assert stage.fresh() == [("warned", "shan", "a"), ("broke", "shan", "c")]
    stage.at(1)
    assert stage.fresh() == [("grouped", "shan", "b")]


def test_escalations_and_reminders_go_through_the_lane_of_breaches(stage: Stage) -> None:
    stage.ask(stage.broke("a", "shan"), stage.broke("b", "shan"))
    stage.at(3).ask(stage.again("a", "rui"), stage.again("b", "rui"), stage.again("b", "lin", reason="worsened"))
    assert stage.fresh() == [("broke", "shan", "a"), ("escalated", "rui", "a"), ("worsened", "lin", "b")]
    stage.at(5).fresh()
    stage.at(8).ask(stage.again("a", "shan", reason="again"))
    assert stage.fresh() == [("grouped", "rui", "b")]
    stage.at(10)
    assert [page[:2] for page in stage.fresh()] == [("grouped", "shan")]


def test_what_is_over_or_taken_when_the_window_ends_is_not_listed(stage: Stage) -> None:
    stage.ask(*(stage.broke(name) for name in "abcde"))
    stage.at(2).ask(stage.over("b"), stage.taken("c"), stage.taken("d", "snoozed"))
    stage.at(5)
    assert stage.fresh() == [("broke", "shan", "a"), ("grouped", "shan", "e")]
    assert stage.lines("let_go")[:4] == [
        "window: broke for shan: it is resolved",
        "ended for shan: they were not told of it",
        "window: broke for shan: it is acknowledged",
        "window: broke for shan: it is snoozed",
    ]


def test_where_nothing_is_left_nothing_is_sent_and_the_lane_closes(stage: Stage) -> None:
    stage.ask(stage.broke("a"), stage.broke("b")).at(2).ask(stage.over("b")).at(5).fresh()
    stage.ask(stage.broke("c"))
    assert stage.fresh() == [("broke", "shan", "c")]


def test_an_alert_that_is_told_twice_while_it_waits_is_listed_once_as_it_is_now(stage: Stage) -> None:
    stage.ask(stage.broke("a"), stage.broke("b"), stage.again("b", "shan", reason="worsened")).at(5)
    assert stage.fresh() == [("broke", "shan", "a"), ("grouped", "shan", "b")]
    assert "window: broke for shan: now it is worsened" in stage.lines("let_go")


def test_a_warning_is_let_go_when_its_case_has_broken_or_has_no_time_left(stage: Stage) -> None:
    stage.ask(stage.warned("a"), stage.warned("b", left=0.5), stage.warned("c"))
    stage.at(0.2).ask(stage.broke("c")).at(1)
    assert stage.fresh() == [("warned", "shan", "a"), ("broke", "shan", "c")]
    assert stage.lines("let_go") == [
        "window: warned for shan: there is no time left to save it",
        "window: warned for shan: it is broken",
    ]


# that it is over


def test_the_end_of_an_alert_that_was_told_by_itself_is_told_at_once_by_itself(stage: Stage) -> None:
    stage.ask(stage.broke("a", "shan", "lin"))
    ask = stage.over("a", "shan", "lin")
    stage.fresh()
    stage.at(1).ask(ask)
    assert stage.fresh() == [("ended", "shan", "a"), ("ended", "lin", "a")]
    assert stage.notices[-1].id == ask["tell"][1]["id"]


def test_a_retraction_of_an_alert_that_was_told_by_itself_is_told_at_once_even_after_its_end(stage: Stage) -> None:
    stage.ask(stage.broke("a"), stage.over("a"))
    stage.at(60).ask(stage.over("a", reason="retracted"))
    stage.ask(stage.over("a", reason="retracted"))
    assert stage.fresh() == [("broke", "shan", "a"), ("ended", "shan", "a"), ("retracted", "shan", "a")]
    assert stage.lines("let_go") == ["retracted for shan: they were not told of it"]


def test_nobody_hears_the_end_of_what_they_were_not_told(stage: Stage) -> None:
    stage.ask(stage.broke("a"), stage.broke("b"), stage.over("b"), stage.over("b", reason="retracted"))
    stage.at(5)
    assert stage.fresh() == [("broke", "shan", "a")]


def test_when_all_of_what_was_told_as_a_group_is_over_that_is_told_once(stage: Stage) -> None:
    stage.ask(*(stage.broke(name) for name in "abc")).at(5).fresh()
    stage.at(7).ask(stage.over("b"))
    assert stage.fresh() == []
    stage.at(8).ask(stage.over("c"))
    assert stage.fresh() == [("group_over", "shan")]
    group = stage.notices[-1].group
    assert group is not None
    assert (group.state, group.open, group.ended, group.version) == ("resolved", 0, 2, 2)
    assert stage.notices[-1].alert.id == "alert-c"
    stage.ask(stage.over("a"))
    assert stage.fresh() == [("ended", "shan", "a")]


def test_more_of_a_group_of_which_something_is_open_belongs_to_the_same_group(stage: Stage) -> None:
    stage.ask(stage.broke("a"), stage.broke("b")).at(5).ask(stage.broke("c")).at(10)
    first, second = (notice.group for notice in stage.notices[1:])
    assert first is not None
    assert second is not None
    assert (first.id, first.version, second.version, second.open) == (second.id, 1, 2, 2)
    assert len(stage.groups) == 1
    stage.ask(stage.over("b")).fresh()
    stage.ask(stage.over("c"))
    assert stage.fresh() == [("group_over", "shan")]


def test_after_all_of_a_group_is_over_another_begins(stage: Stage) -> None:
    stage.ask(stage.broke("a"), stage.broke("b")).at(5).ask(stage.over("b"), stage.broke("c")).at(10)
    groups = [notice.group for notice in stage.notices if notice.group is not None]
    assert [(group.state, group.open) for group in groups] == [("firing", 1), ("resolved", 0), ("firing", 1)]
    assert groups[0].id == groups[1].id != groups[2].id


def test_who_was_told_by_itself_and_in_a_group_hears_the_end_by_itself(stage: Stage) -> None:
    stage.ask(stage.warned("x"), stage.warned("a")).at(1).fresh()
    stage.at(2).ask(stage.broke("a")).fresh()
    stage.at(3).ask(stage.over("a"))
    assert sorted(stage.fresh()) == [("ended", "shan", "a"), ("group_over", "shan")]


def test_retractions_of_what_was_told_in_a_group_are_told_with_the_group_once(stage: Stage) -> None:
    stage.ask(*(stage.broke(name) for name in "abcd")).at(5)
    stage.at(6).ask(stage.over("b", reason="retracted"), stage.broke("e"))
    stage.fresh()
    stage.at(10)
    assert stage.fresh() == [("grouped", "shan", "e", "c", "d", "b")]
    stage.ask(stage.over("c"), stage.over("d", reason="retracted"), stage.over("e"))
    assert stage.fresh() == [("group_over", "shan", "d")]
    members = {member.alert: member.state for member in stage.notices[-1].group.members}  # type: ignore[union-attr]
    assert members == {"alert-d": "retracted"}


def test_retractions_after_a_group_is_over_are_gathered_and_told_once(stage: Stage) -> None:
    stage.ask(*(stage.broke(name) for name in "abc")).at(5).ask(stage.over("b"), stage.over("c")).fresh()
    stage.at(20).ask(stage.over("b", reason="retracted")).at(21).ask(stage.over("c", reason="retracted"))
    assert stage.fresh() == []
    stage.at(25)
    assert stage.fresh() == [("group_over", "shan", "b", "c")]
    stage.at(60)
    assert stage.fresh() == []


def test_an_alert_that_opens_again_is_told_again_and_ends_again(stage: Stage) -> None:
    stage.ask(stage.broke("a"), stage.over("a")).at(10).ask(stage.broke("a"), stage.over("a"))
    assert [page[0] for page in stage.fresh()] == ["broke", "ended", "broke", "ended"]


def test_an_alert_that_opens_again_and_is_not_told_does_not_end_again(stage: Stage) -> None:
    stage.ask(stage.broke("a"), stage.over("a")).at(1).ask(stage.broke("a"), stage.over("a")).at(5)
    assert [page[0] for page in stage.fresh()] == ["broke", "ended"]


def test_who_closed_an_alert_does_not_hear_of_its_end_when_it_opens_again_unheard(stage: Stage) -> None:
    stage.ask(stage.broke("a"))
    closed = stage.over("a")
    stage.ask(closed | {"what": "closed", "tell": []}, stage.broke("a"), stage.over("a"))
    assert [page[0] for page in stage.fresh()] == ["broke"]


def test_another_life_of_an_alert_that_nobody_was_told_of_is_not_retracted(stage: Stage) -> None:
    stage.ask(stage.broke("x"), stage.broke("a", "lin"), stage.over("a", "lin")).fresh()
    case = stage.cases["alert-a"]
    stage.at(1)
    case.raised = 0
    stage.ask(stage.broke("a", "lin"), stage.over("a", "lin", reason="retracted"))
    assert stage.fresh() == []


# what is kept


def test_an_ask_that_comes_again_changes_nothing(stage: Stage) -> None:
    ask = stage.broke("a")
    stage.ask(ask, ask).ask(ask).at(5)
    assert stage.fresh() == [("broke", "shan", "a")]
    assert stage.audit == []


def test_an_alert_whose_versions_begin_anew_is_heard(stage: Stage) -> None:
    stage.ask(stage.broke("a"), stage.over("a")).at(30)
    case = stage.cases["alert-a"]
    case.version, case.raised = 0, 0
    stage.ask(stage.broke("a"))
    assert [page[0] for page in stage.fresh()] == ["broke", "ended", "broke"]


def test_alerts_groups_and_people_are_forgotten_a_day_after_they_are_over(stage: Stage) -> None:
    stage.ask(stage.broke("a"), stage.broke("b")).at(5).ask(stage.over("a"), stage.over("b"))
    stage.at(5 + 24 * 60 - 1)
    assert len(stage.groups) == 1
    stage.at(5 + 24 * 60)
    assert stage.groups == {}
    assert [key[:2] for key, value in dict(stage.log).items() if value is not None] == [b"k/"]


def test_what_is_open_is_kept_however_long_it_takes(stage: Stage) -> None:
    stage.ask(stage.broke("a"), stage.broke("b")).at(5).at(3 * 24 * 60).fresh()
    stage.ask(stage.over("b") | {"tell": []}, stage.over("a"))
    assert stage.fresh() == [("group_over", "shan"), ("ended", "shan", "a")]


def test_what_waits_is_not_told_while_its_end_may_lie_unread(stage: Stage) -> None:
    stage.ask(stage.broke("a"), stage.broke("b"))
    stage.now = START + 6 * MINUTE
    stage.decide([stage.batch("asked", [stage.broke("x", moment="other")], behind=True)], quiet=False)
    assert stage.fresh() == [("broke", "shan", "a"), ("broke", "shan", "x")]
    stage.ask(stage.over("b"))
    assert stage.fresh() == []


def test_a_person_is_reached_as_they_were_last_heard_of(stage: Stage) -> None:
    stage.ask(stage.broke("a"), stage.broke("b"))
    ask = stage.broke("c")
    contact = {"receiver": "mail", "address": "shan@tea.example"}
    ask["tell"][0] |= {"name": "Shan II", "language": "en", "contacts": [contact]}
    stage.ask(ask).at(5)
    notice = stage.notices[-1]
    person = Person(id=notice.person, name=notice.name, language=notice.language, contacts=notice.contacts)
    assert person.model_dump(include={"name", "language", "contacts"}) == {
        "name": "Shan II",
        "language": "en",
        "contacts": [contact],
    }


def test_a_hundred_stores_are_counted_and_twenty_are_listed(stage: Stage) -> None:
    stage.ask(stage.broke("x"), *(stage.broke(f"c{number}", store=f"t{number % 25}") for number in range(100)))
    stage.at(5)
    group = stage.notices[-1].group
    assert group is not None
    assert (len(group.stores), group.stores_left_out, len(group.members), group.members_left_out) == (20, 5, 20, 80)
    assert group.open == 100


def test_the_windows_are_those_of_the_policy(restless: bool) -> None:
    policy = GroupPolicy(broken_window=2 * MINUTE, risk_window=3 * MINUTE)
    stage = Stage(policy=policy, restless=restless)
    stage.ask(stage.broke("a"), stage.broke("b"), stage.warned("c"), stage.warned("d")).at(2)
    assert [page[0] for page in stage.fresh()] == ["broke", "warned", "grouped"]
    stage.at(3)
    assert [page[0] for page in stage.fresh()] == ["grouped"]
