"""Who may what through the API, what it says when something is wrong, and in what form."""

import json
from typing import Any

import pytest
import structlog

from streams.clock import HOUR, rfc3339
from streams.console import views
from streams.console.api.table import OPERATIONS, ROOT
from streams.console.api.wire import says_when
from streams.console.viewer import ROLES
from tests.alerts.alert_stage import CASE, TENANT
from tests.console.api_world import ACTIONS, LETTERS, TestClient, World, bearing, get


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> TestClient:
    return world.client()


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
        "StepRow.started_at",
        "StepRow.due_at",
        "StepRow.ended_at",
        "StepRow.last_at",
        "PromiseRow.started_at",
        "PromiseRow.due_at",
        "PromiseRow.ended_at",
        "Promises.at",
        "Row.muted_until",
        "Source.changed_at",
        "Source.silent_since",
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
        "step",
        "of",
        "total",
        "late",
        "left_out",
    }
