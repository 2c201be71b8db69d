"""What can be done through the API: about alerts and mutes, and with dead letters."""

from typing import Any

import pytest

from streams.clock import HOUR, as_datetime, rfc3339
from tests.alerts.alert_stage import TENANT
from tests.console.api_world import ACTIONS, LETTERS, OTHER, PARTITION, TestClient, World, get, post


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> TestClient:
    return world.client()


@pytest.mark.parametrize(("do", "body", "state"), ACTIONS)
def test_an_action_is_done_and_the_alert_as_it_is_comes_back(
    world: World, client: TestClient, do: str, body: dict[str, Any], state: str
) -> None:
    alert = world.breach()
    said = post(client, f"/alerts/{alert}/{do}", {**body, "version": 1, "why": "as agreed"})
    assert (said["result"], said["mute"]) == ("done", None)
    assert said["present"] == get(client, f"/alerts/{alert}")["row"]["alert"]
    assert said["present"]["state"] == state
    ((command, partition),) = world.sent
    assert (command.do, command.by, command.why, partition) == (do, "shan", "as agreed", PARTITION)
    assert command.at == as_datetime(world.now)


@pytest.mark.parametrize(("do", "body", "state"), ACTIONS)
def test_the_same_id_again_is_the_same_command(
    world: World, client: TestClient, do: str, body: dict[str, Any], state: str
) -> None:
    alert = world.breach()
    first = post(client, f"/alerts/{alert}/{do}", {**body, "id": "mine-1"})
    lines = len(world.stage.audit)
    again = post(client, f"/alerts/{alert}/{do}", {**body, "id": "mine-1"})
    assert again == first
    assert first["id"] == "mine-1"
    assert (len(world.stage.audit), len(world.sent)) == (lines, 1)


def test_an_id_is_used_up_for_one_caller_one_action_and_one_alert(world: World, client: TestClient) -> None:
    first, second = world.breach(), world.breach("order-2")
    body = {"id": "1", "text": "seen"}
    for path, who in ((first, "responder"), (first, "colleague"), (second, "responder")):
        post(client, f"/alerts/{path}/comment", body, who)
    post(client, f"/alerts/{first}/acknowledge", {"id": "1"})
    assert len({command.id for command, _ in world.sent}) == 4
    assert len(world.stage.alerts[first].comments) == 2


def test_a_command_without_an_id_is_another_one_each_time(world: World, client: TestClient) -> None:
    alert = world.breach()
    ids = {post(client, f"/alerts/{alert}/comment", {"text": "seen"})["id"] for _ in range(2)}
    assert len(ids) == 2
    assert len(world.stage.alerts[alert].comments) == 2


def test_of_two_people_at_once_one_has_it_and_the_other_sees_who(world: World, client: TestClient) -> None:
    alert = world.breach()
    seen = get(client, f"/alerts/{alert}")["row"]["alert"]["version"]
    post(client, f"/alerts/{alert}/acknowledge", {"version": seen})
    refused = post(client, f"/alerts/{alert}/acknowledge", {"version": seen, "id": "x"}, "colleague", 409)
    assert (refused["reason"], refused["id"]) == ("changed", "x")
    assert refused["present"]["acknowledged_by"] == "shan"
    assert refused["present"]["version"] == seen + 1
    assert refused["present"] == get(client, f"/alerts/{alert}")["row"]["alert"]


def test_a_command_on_an_alert_that_is_over_has_no_effect(world: World, client: TestClient) -> None:
    alert = world.breach()
    post(client, f"/alerts/{alert}/close", {"because": "fixed"})
    before = world.stage.alerts[alert]
    said = post(client, f"/alerts/{alert}/acknowledge", {})
    assert (said["result"], said["present"]["state"]) == ("no_effect", "resolved")
    assert world.stage.alerts[alert] == before


def test_what_the_stage_will_not_do_is_a_conflict_under_its_own_name(world: World, client: TestClient) -> None:
    alert = world.breach()
    past = {"until": rfc3339(world.now - HOUR)}
    assert post(client, f"/alerts/{alert}/snooze", past, status=409)["reason"] == "snooze_in_the_past"
    far = {"until": "2199-12-31T23:59:59Z"}
    assert post(client, f"/alerts/{alert}/snooze", far, status=409)["reason"] == "snooze_too_long"
    assert world.stage.alerts[alert].state == "firing"


def test_an_alert_is_given_to_a_person_of_its_tenant_or_to_whoever_asks(world: World, client: TestClient) -> None:
    alert = world.breach()
    refused = post(client, f"/alerts/{alert}/assign", {"to": "kofi"}, "admin", 409)
    assert (refused["reason"], refused["present"]["id"]) == ("unknown_person", alert)
    assert world.sent == []
    post(client, f"/alerts/{alert}/assign", {"to": "root"}, "admin")
    assert world.stage.alerts[alert].assignee == "root"


def test_a_command_that_the_stage_is_silent_about_is_unanswered_and_can_be_asked_again(
    world: World, client: TestClient
) -> None:
    alert = world.breach()
    world.silent = True
    said = post(client, f"/alerts/{alert}/acknowledge", {}, status=202)
    assert said["result"] == "unanswered"
    assert said["present"]["state"] == "firing"
    world.silent = False
    again = post(client, f"/alerts/{alert}/acknowledge", {"id": said["id"]})
    assert again["result"] == "done"
    first, second = (command for command, _ in world.sent)
    assert first.id == second.id


def test_a_mute_begins_and_ends(world: World, client: TestClient) -> None:
    body = {
        "tenant": TENANT,
        "scope": {"store": "s1"},
        "until": "2026-11-02T18:00:00+08:00",
        "because": "装修",
        "id": "mine",
    }
    said = post(client, "/mutes", body, "tenant_admin")
    assert said["result"] == "done"
    (mute,) = get(client, "/mutes")["mutes"]
    assert (mute["id"], mute["because"], mute["by"], mute["until"]) == (
        said["mute"],
        "装修",
        "boss",
        "2026-11-02T10:00:00Z",
    )
    assert mute["start"] == rfc3339(world.now)
    assert post(client, "/mutes", body, "tenant_admin") == said
    assert [partition for _, partition in world.sent] == [None]
    assert post(client, f"/mutes/{said['mute']}/end", {}, "tenant_admin")["result"] == "done"
    assert get(client, "/mutes")["mutes"] == []
    assert post(client, f"/mutes/{said['mute']}/end", {}, "tenant_admin", 404)["reason"] == "not_found"


def test_dead_letters_are_sent_again_once_each_and_what_is_none_is_left_out(world: World, client: TestClient) -> None:
    own = {"topic": LETTERS[0].topic, "partition": 0, "offset": 1}
    gone = own | {"offset": 999}
    strange = own | {"topic": "payroll.v1"}
    said = post(client, "/dead-letters/retry", {"letters": [own, own, gone, strange]}, "admin")
    assert said == {"sent": 1, "left_out": 3}
    assert world.retried == [([(own["topic"], 0, 1), (own["topic"], 0, 999)], "root")]
    assert post(client, "/dead-letters/retry", {"letters": [strange]}, "admin") == {"sent": 0, "left_out": 1}


def test_why_they_are_sent_again_is_said_with_them(world: World, client: TestClient) -> None:
    one = {"topic": LETTERS[0].topic, "partition": 0, "offset": 0}
    said = post(client, "/dead-letters/retry", {"letters": [one], "why": "the catalogue knows it"}, "admin")
    assert said == {"sent": 1, "left_out": 0}
    assert world.retried == [([(LETTERS[0].topic, 0, 0)], "root: the catalogue knows it")]


def test_what_lies_among_the_dead_letters_and_is_none_is_named_and_nothing_is_sent(
    world: World, client: TestClient
) -> None:
    one, other = ({"topic": LETTERS[0].topic, "partition": 0, "offset": offset} for offset in (0, 1))
    world.strange = {(LETTERS[0].topic, 0, 1)}
    said = post(client, "/dead-letters/retry", {"letters": [one, other]}, "admin", 422)
    assert said["reason"] == "not_a_dead_letter"
    assert [(fault["where"], fault["reason"]) for fault in said["errors"]] == [("body.letters.1", "not_a_dead_letter")]
    assert world.retried == []


def test_one_tenants_admin_sends_its_own_letters_again_and_no_others(world: World, client: TestClient) -> None:
    letters = [{"topic": LETTERS[0].topic, "partition": 0, "offset": offset} for offset in range(3)]
    assert post(client, "/dead-letters/retry", {"letters": letters}, "tenant_admin") == {"sent": 1, "left_out": 2}
    assert world.retried == [([(LETTERS[0].topic, 0, 0)], "boss")]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"until": "2026-11-02T07:00:00Z"}, "over_before_it_begins"),
        ({"until": "2199-01-01T00:00:00Z"}, "mute_too_long"),
        ({"start": "2026-11-02T12:00:00Z", "until": "2026-11-02T11:00:00Z"}, "over_before_it_begins"),
    ],
)
def test_a_mute_that_cannot_be_is_a_conflict(world: World, client: TestClient, body: Any, reason: str) -> None:
    whole = {"tenant": TENANT, "scope": {"region": "r1"}, "because": "painting", **body}
    assert post(client, "/mutes", whole, "admin", 409)["reason"] == reason
    assert get(client, "/mutes")["mutes"] == []


def test_mutes_of_one_id_of_two_tenants_are_ended_for_the_one_that_is_named(world: World, client: TestClient) -> None:
    def in_force() -> list[tuple[str, str]]:
        return [(mute["id"], mute["tenant"]) for mute in get(client, "/mutes", "admin")["mutes"]]

    for tenant in (TENANT, OTHER):
        world.hush("night", tenant)
        world.hush("day", tenant)
    assert in_force() == [("day", OTHER), ("night", OTHER), ("day", TENANT), ("night", TENANT)]
    assert post(client, "/mutes/night/end", {}, "admin", 409)["reason"] == "several_tenants"
    assert post(client, "/mutes/night/end", {"tenant": "nobody's"}, "admin", 404)["reason"] == "not_found"
    # the same id for both commands: they are two all the same
    for tenant in (OTHER, TENANT):
        assert post(client, "/mutes/night/end", {"tenant": tenant, "id": "end"}, "admin")["result"] == "done"
    assert in_force() == [("day", OTHER), ("day", TENANT)]
    # who sees one of them alone need not know of the other
    assert post(client, "/mutes/day/end", {}, "stranger")["result"] == "done"
    assert in_force() == [("day", TENANT)]
