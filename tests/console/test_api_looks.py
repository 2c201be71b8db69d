"""What can be looked at through the API, and what is not sent again because nothing has changed."""

from typing import Any

import pytest

from schemas.feed import Feed, feed_key
from schemas.followed import Followed
from streams.clock import HOUR, MINUTE, as_datetime, rfc3339
from streams.console.api.table import ROOT
from tests.alerts.alert_stage import CASE, MOMENT, TENANT
from tests.console.api_world import LETTERS, OTHER, PARTITION, TestClient, World, bearing, get, post
from tests.console.board_records import followed


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> TestClient:
    return world.client()


def test_now_has_what_can_be_saved_and_what_is_broken_with_instants_as_people_write_them(
    world: World, client: TestClient
) -> None:
    broken, risk = world.breach(ago=5 * MINUTE), world.warn("order-2")
    said = get(client, "/now")
    assert [row["alert"]["id"] for row in said["broken"]] == [broken]
    assert [row["alert"]["id"] for row in said["at_risk"]] == [risk]
    assert said["at"] == rfc3339(world.now)
    assert said["oldest"] == rfc3339(world.now - 5 * MINUTE)
    assert said["soonest"] == rfc3339(world.now + HOUR)
    assert said["totals"] == {"at_risk": 1, "broken": 1, "unknown": 0}
    assert said["fresh"]["judged_to"] == rfc3339(world.now)
    assert {"name": "s1", "label": "s1", "at_risk": 1, "broken": 1, "unknown": 0, "unheard": False} in said["stores"]


def test_now_is_cut_at_the_limit_and_says_what_is_left_out(world: World, client: TestClient) -> None:
    for number in range(3):
        world.breach(f"order-{number}")
    said = get(client, "/now?limit=1")
    assert (len(said["broken"]), said["left_out"]["broken"], said["totals"]["broken"]) == (1, 2, 3)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("moment=delivery.late", True),
        ("moment=other", False),
        ("store=s1&region=r1&stage=execution&severity=high", True),
        ("region=r2", False),
        ("stage=decision", False),
        ("severity=low", False),
        ("text=ORDER-1", True),
        ("text=%E9%80%81%E8%BE%BE", True),
        ("text=nothing+of+the+kind", False),
        ("mine=true", False),
        ("mine=false", True),
        (f"tenant={TENANT}", True),
        (f"tenant={OTHER}", False),
    ],
)
def test_filters_narrow_the_lists(world: World, client: TestClient, query: str, found: bool) -> None:
    world.breach()
    assert bool(get(client, f"/now?{query}")["broken"]) is found
    assert bool(get(client, f"/handover?{query}")["open"]) is found
    counted = [moment["broken"] for stage in get(client, f"/journey?{query}")["stages"] for moment in stage["moments"]]
    assert (sum(counted) == 1) is found


def test_what_i_hold_is_mine(world: World, client: TestClient) -> None:
    alert = world.breach()
    post(client, f"/alerts/{alert}/acknowledge", {})
    assert get(client, "/now?mine=true", "responder")["broken"]
    assert not get(client, "/now?mine=true", "colleague")["broken"]


def test_an_alert_has_its_history_and_whom_it_was_told_but_no_addresses(world: World, client: TestClient) -> None:
    alert = world.breach()
    world.tell(alert)
    response = client.get(f"{ROOT}/alerts/{alert}", headers=bearing("viewer"))
    said = response.json()
    assert said["row"]["alert"]["id"] == alert
    assert said["partition"] == PARTITION
    assert said["told"] == [{"person": "shan", "receiver": "wecom", "outcome": "delivered", "at": rfc3339(world.now)}]
    (notice,) = (entry["notice"] for entry in said["timeline"] if entry["notice"])
    assert notice == {
        "id": "n-1",
        "reason": "broke",
        "person": "shan",
        "name": "Shan",
        "at": rfc3339(world.now),
        "step": 0,
        "subject": alert,
    }
    assert "13800000000" not in response.text


def test_a_case_has_its_alerts_and_what_detection_keeps_of_it(world: World, client: TestClient) -> None:
    world.breach()
    world.remember()
    said = get(client, f"/cases/{TENANT}/{CASE}")
    assert said["detection"] == "answered"
    record = said["case"]["record"]
    assert record["events"] == [{"at": rfc3339(world.now - HOUR), "type": "order.placed", "id": "e-1", "source": "/pos"}]
    assert record["clocks"][0]["arithmetic"] == ["30m from 08:00"]
    assert record["clocks"][0]["due_at"] == rfc3339(world.now)
    assert [row["alert"]["case"] for row in said["case"]["rows"]] == [CASE]


def test_the_id_of_a_case_may_have_slashes_and_every_script(world: World, client: TestClient) -> None:
    case = "2026/11/店 #7?&%"
    world.remember(case)
    assert get(client, f"/cases/{TENANT}/2026%2F11/%E5%BA%97%20%237%3F%26%25")["case"]["case"] == case


def test_a_case_is_shown_without_its_record_while_detection_is_away(world: World, client: TestClient) -> None:
    world.breach()
    world.away = True
    said = get(client, f"/cases/{TENANT}/{CASE}")
    assert (said["detection"], said["case"]["record"], len(said["case"]["rows"])) == ("away", None, 1)
    assert get(client, f"/cases/{TENANT}/unheard-of", status=503)["reason"] == "brokers_away"


def test_a_case_of_another_tenant_is_not_even_looked_for(world: World, client: TestClient) -> None:
    world.breach()
    world.away = True
    path = f"/cases/{TENANT}/{CASE}"
    assert get(client, path, "stranger", 404) == get(client, "/cases/nobody/none", "stranger", 404)


def test_an_incident_has_its_follow_up_list(world: World, client: TestClient) -> None:
    alert, name = world.breach(), world.join()
    said = get(client, f"/incidents/{name}?limit=5")
    assert said["incident"]["group"]["id"] == name
    assert said["incident"]["owed"] == 1
    assert [row["alert"]["id"] for row in said["follow_up"]] == [alert]
    assert get(client, "/now")["incidents"][0]["owed"] == 1


def test_the_journey_has_four_stages(world: World, client: TestClient) -> None:
    world.breach()
    stages = get(client, "/journey")["stages"]
    assert [stage["stage"] for stage in stages] == ["pre_contact", "decision", "execution", "after_sales"]
    assert [moment["moment"] for moment in stages[2]["moments"]] == [MOMENT]


def test_a_handover_looks_back_twelve_hours_or_as_far_as_it_is_asked_to(world: World, client: TestClient) -> None:
    alert = world.breach()
    post(client, f"/alerts/{alert}/comment", {"text": "the courier is on his way"})
    said = get(client, "/handover")
    assert said["since"] == rfc3339(world.now - 12 * HOUR)
    assert [entry["line"]["why"] for entry in said["remarks"]] == ["the courier is on his way"]
    at = as_datetime(world.now - HOUR)
    said = get(client, "/handover", params={"since": at.isoformat()})
    assert said["since"] == rfc3339(world.now - HOUR)
    said = get(client, "/handover", params={"since": "2199-01-01T00:00:00Z"})
    assert said["since"] == said["at"] == rfc3339(world.now)


def test_feeds_rota_mutes_and_people(world: World, client: TestClient) -> None:
    world.hush()
    feed = get(client, "/feeds")["feeds"][0]
    assert (feed["topic"], feed["last_at"], feed["refused_today"]) == (
        "orders.events.v1",
        rfc3339(world.now),
        {"bad_field": 3},
    )
    assert {line["tenant"] for line in get(client, "/rota")["on_call"]} == {TENANT}
    assert [mute["id"] for mute in get(client, "/mutes")["mutes"]] == ["mute-1"]
    said = client.get(f"{ROOT}/people?tenant={TENANT}", headers=bearing("viewer"))
    assert [one["id"] for one in said.json()["people"]] == ["ana", "fang", "rui", "shan"]
    assert "contacts" not in said.text


def test_dead_letters_are_for_admins_and_of_one_tenant_those_that_name_it(client: TestClient) -> None:
    assert len(get(client, "/feeds", "admin")["letters"]) == len(LETTERS)
    assert [letter["offset"] for letter in get(client, "/feeds", "tenant_admin")["letters"]] == [0]
    assert get(client, "/feeds", "responder")["letters"] == []


def test_me_says_who_asks(client: TestClient) -> None:
    assert get(client, "/me", "responder") == {
        "id": "shan",
        "name": "Shan",
        "role": "responder",
        "tenants": [TENANT],
        "language": "zh",
        "time_zone": "Asia/Shanghai",
        "machine": False,
    }
    assert get(client, "/me", "admin")["tenants"] is None


# the same again


STEADY = [
    "/now",
    "/journey",
    "/handover",
    "/feeds",
    "/rota",
    "/mutes",
    f"/people?tenant={TENANT}",
    "/incidents/incident-1",
]


@pytest.mark.parametrize("path", STEADY)
def test_what_has_not_changed_is_not_sent_again(world: World, client: TestClient, path: str) -> None:
    world.join()
    first = client.get(ROOT + path, headers=bearing("viewer"))
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    known = {"If-None-Match": f'"other", {tag}'}
    again = client.get(ROOT + path, headers=bearing("viewer") | known)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    world.breach()
    assert client.get(ROOT + path, headers=bearing("viewer") | known).status_code == 200


def test_a_tag_is_one_viewers_for_one_question_within_a_minute(world: World, client: TestClient) -> None:
    tag = client.get(f"{ROOT}/now", headers=bearing("viewer")).headers["etag"]
    known = {"If-None-Match": tag}
    assert client.get(f"{ROOT}/now", headers=bearing("viewer") | known).status_code == 304
    assert client.get(f"{ROOT}/now", headers=bearing("stranger") | known).status_code == 200
    assert client.get(f"{ROOT}/now?limit=5", headers=bearing("viewer") | known).status_code == 200
    mine = client.get(f"{ROOT}/now?mine=true", headers=bearing("responder")).headers["etag"]
    assert client.get(f"{ROOT}/now?mine=true", headers=bearing("colleague") | {"If-None-Match": mine}).status_code == 200
    assert client.get(f"{ROOT}/now", headers=known).status_code == 401
    world.stage.now += MINUTE
    assert client.get(f"{ROOT}/now", headers=bearing("viewer") | known).status_code == 200


def test_feeds_say_which_sources_are_heard_to_those_whose_they_are(world: World, client: TestClient) -> None:
    feed = Feed(
        tenant=TENANT,
        source="/riders",
        region="r1",
        state="blind",
        until=as_datetime(world.now - 9 * MINUTE),
        changed_at=as_datetime(world.now - 8 * MINUTE),
        silent_seconds=60,
        usual_per_minute=42,
    )
    world.show("feeds", feed_key(TENANT, "/riders", "r1"), feed.model_dump_json().encode())
    world.breach()
    said = get(client, "/feeds")
    assert said["watched"] is True
    assert said["sources"] == [
        {
            "tenant": TENANT,
            "source": "/riders",
            "region": "r1",
            "region_name": "r1",
            "state": "blind",
            "changed_at": rfc3339(world.now - 8 * MINUTE),
            "silent_since": rfc3339(world.now - 9 * MINUTE),
            "usual_per_minute": 42.0,
        }
    ]
    now = get(client, "/now")
    assert now["unheard"] == said["sources"]
    assert [row["unheard"] for row in now["broken"]] == [True]
    assert get(client, "/feeds", "stranger")["sources"] == get(client, "/now", "stranger")["unheard"] == []


# promises


def promise(world: World, name: str, **changed: Any) -> None:
    """Detection says how a promise of the case stands."""
    told = Followed.model_validate(followed(name, tenant=TENANT, **changed))
    world.show("followed", told.id.encode(), told.model_dump_json().encode())


def test_the_ledger_of_promises_is_filtered_and_cut_like_the_page(world: World, client: TestClient) -> None:
    promise(world, "a")
    promise(world, "b", within="t-2", case="t-2#b", promise={"id": "b", "person": "ana", "text": "Soon"})
    said = get(client, "/promises")
    assert [one["id"] for one in said["open"]] == ["a", "b"]
    assert (said["total"], said["left_out"]) == (2, 0)
    row = get(client, "/promises?person=ana&limit=1")["open"][0]
    assert (row["case"], row["within"], row["text"], row["person_name"]) == ("t-2#b", "t-2", "Soon", "Ana")
    assert row["due_at"].endswith("Z")
    assert [one["id"] for one in get(client, "/promises?case=t-2")["open"]] == ["b"]
    assert get(client, "/promises", "stranger")["open"] == []
    assert get(client, "/promises?limit=1")["left_out"] == 1


def test_the_ledger_is_not_sent_again_while_nothing_has_changed(world: World, client: TestClient) -> None:
    promise(world, "a")
    first = client.get(f"{ROOT}/promises", headers=bearing("viewer"))
    again = client.get(f"{ROOT}/promises", headers=bearing("viewer") | {"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    promise(world, "a", state="at_risk")
    assert (
        client.get(f"{ROOT}/promises", headers=bearing("viewer") | {"If-None-Match": first.headers["etag"]}).status_code
        == 200
    )


def test_a_case_whose_promises_alone_are_known_is_answered(world: World, client: TestClient) -> None:
    promise(world, "a")
    said = get(client, f"/cases/{TENANT}/t-1%23a")
    assert [one["id"] for one in said["case"]["promises"]] == ["a"]
