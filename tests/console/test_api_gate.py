"""The API behind the console's own gate: machines by token, people by session, and what the document says of both."""

from pathlib import Path
from typing import Any

import pytest

from schemas.alert import Alert
from streams.console.api.problem import Problem
from streams.console.api.table import ROOT
from streams.console.viewer import Role
from tests.console.api_world import PASSWORD, TOKENS, TestClient, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World, tmp_path: Path) -> TestClient:
    return TestClient(world.guarded(tmp_path), follow_redirects=False)


def by(role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS[role]}"}


def refused(response: Any, status: int, reason: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert Problem.model_validate_json(response.content).reason == reason


def test_a_machine_acts_under_the_name_of_its_token(world: World, client: TestClient) -> None:
    alert = world.breach()
    assert client.get(f"{ROOT}/me", headers=by("responder")).json()["id"] == "token:responder"
    response = client.post(f"{ROOT}/alerts/{alert}/acknowledge", json={}, headers=by("responder"))
    assert response.status_code == 200, response.text
    assert Alert.model_validate(response.json()["present"]).acknowledged_by == "token:responder"
    refused(client.post(f"{ROOT}/alerts/{alert}/acknowledge", json={}, headers=by("viewer")), 403, "role")


def test_whoever_is_nobody_gets_a_problem_and_no_page(client: TestClient) -> None:
    response = client.get(f"{ROOT}/now")
    refused(response, 401, "sign_in")
    assert response.headers["www-authenticate"].startswith("Bearer")
    refused(client.get(f"{ROOT}/now", headers={"Authorization": "Bearer mmt_" + "z" * 43}), 401, "token")


def test_what_a_session_changes_has_to_be_meant(world: World, client: TestClient) -> None:
    alert = world.breach()
    form = client.get("/sign-in")
    said = {"user": "responder", "password": PASSWORD, "next": "/", "csrf": form.text}
    assert client.post("/sign-in", data=said, headers={"origin": "http://testserver"}).status_code == 303
    assert client.get(f"{ROOT}/me").json()["id"] == "responder"
    path = f"{ROOT}/alerts/{alert}/acknowledge"
    refused(client.post(path, json={}), 403, "csrf")
    refused(client.post(path, json={}, headers={"X-CSRF-Token": "A" * 40}), 403, "csrf")
    refused(client.post(path, json={}, headers={"Origin": "https://elsewhere.example"}), 403, "origin")
    assert world.sent == []
    token = client.get("/form").text
    assert client.post(path, json={}, headers={"X-CSRF-Token": token}).json()["result"] == "done"
    assert [command.by for command, _ in world.sent] == ["responder"]


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "X" * 40])
def test_a_method_that_is_none_of_ours_is_told_those_that_the_path_takes(client: TestClient, method: str) -> None:
    for path, allowed in (
        (f"{ROOT}/now", "GET, HEAD"),
        (f"{ROOT}/mutes", "GET, HEAD, POST"),
        ("/sign-in", "GET, HEAD, POST"),
    ):
        response = client.request(method, path)
        assert (response.status_code, response.headers["allow"]) == (405, allowed)
    refused(client.request(method, f"{ROOT}/now", headers=by("admin")), 405, "method")
    assert client.request(method, "/nowhere").headers["allow"] == "GET, HEAD, OPTIONS"


def test_a_large_body_is_not_waited_for(client: TestClient) -> None:
    body = b'{"text": "' + b"x" * (64 * 1024) + b'"}'
    response = client.post(
        f"{ROOT}/alerts/x/comment", content=body, headers=by("responder") | {"content-type": "application/json"}
    )
    refused(response, 413, "too_large")
