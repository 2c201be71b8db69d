"""Every call of the API: what it answers, to whom, and what it leaves alone."""

import json
from typing import Any

import pytest
import structlog

from streams.clock import HOUR, MINUTE, as_datetime, rfc3339
from streams.console import views
from streams.console.api.table import OPERATIONS, ROOT
from streams.console.api.wire import says_when
from streams.console.views import ROLES
from tests.alerts.alert_stage import CASE, MOMENT, TENANT
from tests.console.api_world import LETTERS, OTHER, PARTITION, TestClient, World, bearing


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> TestClient:
    return world.client()


def get(client: TestClient, path: str, who: str = "viewer", status: int = 200, **rest: Any) -> Any:
    response = client.get(ROOT + path, headers=bearing(who), **rest)
    assert response.status_code == status, response.text
    return response.json()


def post(client: TestClient, path: str, body: Any, who: str = "responder", status: int = 200) -> Any:
    response = client.post(ROOT + path, json=body, headers=bearing(who))
    assert response.status_code == status, response.text
    wanted = "application/json" if status < 400 else "application/problem+json"
    assert response.headers["content-type"] == wanted
    return response.json()


# looking


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
    assert {"name": "s1", "label": "s1", "at_risk": 1, "broken": 1, "unknown": 0} in said["stores"]


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


# acting


ACTIONS = [
    ("acknowledge", {"minutes": 20}, "acknowledged"),
    ("assign", {"to": "ana"}, "firing"),
    ("comment", {"text": "two\nlines"}, "firing"),
    ("snooze", {"until": "2026-11-02T17:00:00+08:00"}, "snoozed"),
    ("close", {"because": "customer_served", "useful": True}, "resolved"),
]


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


# who may


def calls(world: World) -> list[tuple[Any, str, Any]]:
    """Every operation, a path of it that is there, and a body that it takes."""
    alert = world.breach()
    world.join()
    world.hush()
    world.remember()
    bodies = {f"{do}Alert": body for do, body, _ in ACTIONS} | {
        "startMute": {
            "tenant": TENANT,
            "scope": {"store": "s1"},
            "until": rfc3339(world.now + HOUR),
            "because": "painting",
        },
        "retryDeadLetters": {"letters": [{"topic": LETTERS[0].topic, "partition": 0, "offset": 0}]},
    }
    paths = []
    for operation in OPERATIONS:
        kind = operation.path.split("/")[3]
        name = {"alerts": alert, "incidents": "incident-1", "mutes": "mute-1"}.get(kind, "")
        path = operation.path.format(id=name, tenant=TENANT, case=CASE)
        query = f"?tenant={TENANT}" if operation.name == "getPeople" else ""
        paths.append((operation, path + query, bodies.get(operation.name, {})))
    return paths


def call(client: TestClient, operation: Any, path: str, body: Any, **headers: str) -> Any:
    if operation.method == "GET":
        return client.get(path, headers=headers)
    return client.post(path, json=body, headers=headers)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_it_should_and_no_more(world: World, client: TestClient, role: str) -> None:
    for operation, path, body in calls(world):
        if operation.answer is None:
            continue
        response = call(client, operation, path, body, **bearing(role))
        if ROLES.index(role) >= ROLES.index(operation.role):
            assert response.status_code == 200, (operation.name, response.text)
        else:
            assert (response.status_code, response.json()["reason"]) == (403, "role"), operation.name


def test_what_a_role_may_not_do_is_not_done(world: World, client: TestClient) -> None:
    before = len(world.stage.audit)
    for operation, path, body in calls(world):
        if operation.method == "POST":
            call(client, operation, path, body, **bearing("viewer"))
    assert world.sent == []
    assert world.retried == []
    assert len(world.stage.audit) == before + 1  # that it was raised


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer nobody", "Basic dmlld2Vy"])
def test_without_a_token_that_holds_nothing_is_said(world: World, client: TestClient, token: str) -> None:
    for operation, path, body in calls(world):
        response = call(client, operation, path, body, **({"Authorization": token} if token else {}))
        assert (response.status_code, response.json()["reason"]) == (401, "sign_in"), operation.name
        assert response.headers["www-authenticate"] == 'Bearer realm="moments"'
        assert TENANT not in response.text
    assert world.sent == []


def test_of_another_tenant_nothing_is_found_and_nothing_can_be_told_from_what_is_not_there(
    world: World, client: TestClient
) -> None:
    there = [one for one in calls(world) if "{" in one[0].path or one[0].name in ("getPeople", "startMute")]
    assert len(there) >= 11
    for operation, path, body in there:
        theirs = call(client, operation, path, body, **bearing("stranger"))
        assert (theirs.status_code, theirs.json()["reason"]) == (404, "not_found"), operation.name
        nowhere = path.replace(TENANT, "nobody").replace("incident-1", "i-9").replace("mute-1", "m-9")
        nowhere = nowhere.replace(world.stage.alert.id, "0" * 32)
        none = call(
            client, operation, nowhere, body | ({"tenant": "x"} if "tenant" in body else {}), **bearing("stranger")
        )
        assert none.content == theirs.content
    assert world.sent == []
    for path in ("/now", "/journey", "/handover", "/rota", "/mutes"):
        assert TENANT not in json.dumps(get(client, path, "stranger"))


# when something is wrong


def test_while_the_brokers_are_away_a_command_is_told_to_come_again(world: World, client: TestClient) -> None:
    alert = world.breach()
    world.away = True
    own = {"letters": [{"topic": LETTERS[0].topic, "partition": 0, "offset": 1}]}
    for path, body in ((f"/alerts/{alert}/acknowledge", {}), ("/dead-letters/retry", own)):
        with structlog.testing.capture_logs() as logged:
            response = client.post(ROOT + path, json=body, headers=bearing("admin"))
        assert (response.status_code, response.json()["reason"]) == (503, "brokers_away")
        assert response.headers["retry-after"] == "5"
        assert "kafka-1.internal" not in response.text
        assert "kafka-1.internal" in logged[0]["error"]


def test_a_defect_is_in_the_log_and_not_in_the_answer(world: World, client: TestClient) -> None:
    world.board = None  # type: ignore[assignment]
    broken = world.client()
    with structlog.testing.capture_logs() as logged:
        response = broken.get(f"{ROOT}/now", headers=bearing("viewer"))
    assert (response.status_code, response.json()["reason"]) == (500, "internal")
    assert response.headers["content-type"] == "application/problem+json"
    assert "NoneType" not in response.text
    assert "Traceback" not in response.text
    assert logged[0]["event"] == "console_call_broke"
    assert logged[0]["exc_info"]


@pytest.mark.parametrize(
    "path", ["", "/", "/nowhere", "/alerts", "/alerts/", "/cases/tea", "/now/", "/NOW", "/alerts/a/b/c"]
)
def test_a_path_that_is_none_is_a_problem_too(client: TestClient, path: str) -> None:
    response = client.get(ROOT + path, headers=bearing("admin"))
    assert (response.status_code, response.json()["reason"]) == (404, "no_such_path")
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_a_wrong_method_is_told_the_right_ones(world: World, client: TestClient, method: str) -> None:
    for operation, path, _ in calls(world):
        if method == operation.method or operation.path == f"{ROOT}/mutes":
            continue
        response = client.request(method, path, headers=bearing("admin"))
        assert (response.status_code, response.json()["reason"]) == (405, "method")
        allowed = response.headers["allow"].split(", ")
        assert allowed == (["GET", "HEAD"] if operation.method == "GET" else ["POST"])
    assert world.sent == []


def test_a_head_is_a_get_without_its_body(client: TestClient) -> None:
    response = client.head(f"{ROOT}/now", headers=bearing("viewer"))
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["etag"]


# the form of the answers


def test_each_whole_number_of_a_view_is_known_to_be_an_instant_or_a_count() -> None:
    seen: dict[bool, set[str]] = {True: set(), False: set()}
    for name, view in vars(views).items():
        hints = (
            getattr(view, "__annotations__", {}) if isinstance(view, type) and view.__module__ == views.__name__ else {}
        )
        for field, hint in hints.items():
            if hint in (int, int | None):
                seen[says_when(field)].add(f"{name}.{field}")
    assert seen[True] == {
        "Row.muted_until",
        "Freshness.read_at",
        "Freshness.judged_to",
        "Now.at",
        "Now.soonest",
        "Now.oldest",
        "Entry.at",
        "Clock.due_at",
        "CaseRecord.judged_to",
        "Handover.since",
        "Handover.at",
        "DeadLetter.at",
        "FeedRow.last_at",
        "OnCall.until",
    }
    counts = {field.partition(".")[2] for field in seen[False]}
    assert counts == {
        "at_risk",
        "broken",
        "unknown",
        "owed",
        "saved_today",
        "warned_today",
        "broken_today",
        "retracted_today",
        "partition",
        "partitions",
        "occurrence",
        "offset",
        "lag",
    }
