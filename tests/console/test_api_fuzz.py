"""schemathesis against the API behind its gate: what the document promises holds, for what fits it and what does not."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.config import SchemathesisConfig
from starlette.types import ASGIApp, Receive, Scope, Send

from streams.console.api.table import OPERATIONS
from tests.alerts.alert_stage import CASE, TENANT
from tests.console.api_world import TOKENS, World, bearing

BOUNDED = settings(
    max_examples=10,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
CONFIG = SchemathesisConfig.from_dict(
    {"seed": 20261123, "max-stream-events": 1, "phases": {"coverage": {"unexpected-methods": METHODS}}}
)
ADMIN = {"Authorization": f"Bearer {TOKENS['admin']}"}
MET: set[tuple[str, int]] = set()
"""Operations and the statuses that they were answered with."""


class Fuzzed(World):
    """A console that has one of everything."""

    def __init__(self) -> None:
        super().__init__()
        alert = self.breach()
        self.warn("order-2")
        self.tell(alert)
        self.remember()
        self.ids = {"alerts": alert, "incidents": self.join(), "mutes": self.hush()}


class Door:
    """The app, which gets its gate when the tests begin: the operations are known before there is a place for files."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


WORLD = Fuzzed()
DOOR = Door(WORLD.app())
SCHEMA = schemathesis.openapi.from_asgi("/api/v1/openapi.json", DOOR, config=CONFIG, headers=bearing("admin"))
OF_THINGS = SCHEMA.include(path_regex=r"\{")


@pytest.fixture(scope="module", autouse=True)
def _app(tmp_path_factory: pytest.TempPathFactory) -> None:
    DOOR.app = WORLD.guarded(tmp_path_factory.mktemp("accounts"))


@SCHEMA.parametrize()
@BOUNDED
def test_every_answer_is_as_the_document_has_it(case: Case[Any]) -> None:
    check(case)


@OF_THINGS.parametrize()
@BOUNDED
def test_so_it_is_of_things_that_are_there(case: Case[Any]) -> None:
    generated = case.meta.generation.mode if case.meta is not None else None
    if generated is not None and generated.is_positive:
        there = {"tenant": TENANT, "case": CASE, "id": WORLD.ids.get(case.path.split("/")[3], "")}
        case.path_parameters = {name: there[name] for name in case.path_parameters or {}}
    check(case)


def test_the_fuzzing_came_as_far_as_the_handlers() -> None:
    if not MET:
        pytest.skip("nothing else of this file is run")
    operations = {name for name, _ in MET}
    assert operations == {operation.name for operation in OPERATIONS}
    # nobody guesses a person to give an alert to, or an instant that is to come but not too far off
    guessed = {"assignAlert", "snoozeAlert", "startMute"}
    assert {name for name, status in MET if status == 200} >= operations - guessed
    assert {(name, 409) for name in guessed} <= MET
    assert {status for _, status in MET} >= {200, 400, 404, 409, 415, 422}


def check(case: Case[Any]) -> None:
    response: Any = case.call_and_validate(headers=ADMIN)
    MET.add((case.operation.definition.raw["operationId"], response.status_code))
