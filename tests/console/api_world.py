"""A console whose API is asked: a real board, fed by real stages that the desk hands its commands to at once.

Only what would be Kafka is in memory: the way of a command to its stage, the records of detection, the dead letters.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, cast

from argon2 import PasswordHasher
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from schemas.command import Command, Mute, Scope, Unmute
from schemas.group import Group
from schemas.notice import Notice, Receipt
from schemas.organisation import Organisation
from schemas.transition import Text
from streams.alerts.organisation import Directory
from streams.clock import HOUR, MINUTE, as_datetime
from streams.console.access import Access, csrf
from streams.console.access.accounts import TOKEN_PREFIX, hash_of
from streams.console.access.limits import Limits, Rate
from streams.console.access.passwords import hash_password
from streams.console.api import routes
from streams.console.api.table import ROOT
from streams.console.board import Board
from streams.console.context import Console
from streams.console.hub import Hub
from streams.console.ports import StrangeLettersError
from streams.console.viewer import ROLES, Viewer
from streams.console.views import CaseRecord, Clock, DeadLetter, FeedRow, Freshness, Outcome
from streams.errors import OperatorError
from streams.groups.journal import GroupTopics
from streams.groups.processor import GroupProcessor
from streams.settings import Alerting, Settings
from streams.settings import Console as RimSettings
from streams.state.decision import Batch
from tests.alerts.alert_stage import CASE, START, TENANT, TOPICS, Stage, person, transition

__all__ = [
    "ACTIONS",
    "LETTERS",
    "OTHER",
    "PARTITION",
    "PASSWORD",
    "TOKENS",
    "WHO",
    "TestClient",
    "World",
    "bearing",
    "get",
    "post",
]

GROUPS = GroupTopics("asks", TOPICS.commands, "notices", "groups", "mutes", "audit")
OTHER = "coffee"
"""Another company on the same installation."""
PARTITION = 3
WHO = {
    "viewer": Viewer("ying", "Ying", "viewer", frozenset({TENANT})),
    "responder": Viewer("shan", "Shan", "responder", frozenset({TENANT})),
    "colleague": Viewer("ana", "Ana", "responder", frozenset({TENANT})),
    "admin": Viewer("root", "Root", "admin", None, language="en", time_zone="UTC", machine=True),
    "tenant_admin": Viewer("boss", "Boss", "admin", frozenset({TENANT})),
    "stranger": Viewer("kofi", "Kofi", "admin", frozenset({OTHER})),
}
"""Who may come, by token."""
TOKENS = {role: f"{TOKEN_PREFIX}{role:x<43}" for role in ROLES}
"""Machines that the gate knows."""
PASSWORD = "correct horse battery"
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""As weak as argon2 goes."""
ACTIONS = [
    ("acknowledge", {"minutes": 20}, "acknowledged"),
    ("assign", {"to": "ana"}, "firing"),
    ("comment", {"text": "two\nlines"}, "firing"),
    ("snooze", {"until": "2026-11-02T17:00:00+08:00"}, "snoozed"),
    ("close", {"because": "customer_served", "useful": True}, "resolved"),
]
"""What can be done about an alert, with what body, and the state that it is in then."""
LETTERS = tuple(
    DeadLetter("orders.events.v1.dlq", 0, offset, START, "bad_field", "data.total", "write a number", "o-1", value)
    for offset, value in enumerate(('{"tenant": "tea"}', "not even JSON", '{"tenant": "coffee"}'))
)


class World:
    """The console and everything behind it; `now` is its clock."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.groups = GroupProcessor(self.stage.directory, GROUPS)
        self.groups.ready()
        self.board, self.hub = Board(), Hub()
        self.sent: list[tuple[Command, int | None]] = []
        self.retried: list[tuple[list[tuple[str, int, int]], str]] = []
        self.strange: set[tuple[str, int, int]] = set()
        """Where a record lies among the dead letters that is none."""
        self.records: dict[tuple[str, str], CaseRecord] = {}
        self.away = self.silent = False
        self.settings = Settings()
        entries = [
            self.stage.directory.organisation(TENANT),
            Organisation.model_validate({"tenant": OTHER, "people": [person("kofi")], "fallback": {"people": ["kofi"]}}),
        ]
        self.board.use_directory(Directory.of([entry for entry in entries if entry is not None]))
        self.board.freshness(Freshness(START, START))
        self.board.feeds_are((FeedRow("orders.events.v1", 4, 0, START, {"bad_field": 3}),), LETTERS)

    @property
    def now(self) -> int:
        return self.stage.now

    # what happens

    def hear(self, *documents: dict[str, Any]) -> "World":
        """Transitions come to the alert stage."""
        self.decide([self.stage.batch(TOPICS.transitions, documents)])
        return self

    def breach(self, case: str = CASE, *, tenant: str = TENANT, ago: int = MINUTE, **rest: Any) -> str:
        """A case breaks; the id of its alert."""
        before = set(self.stage.alerts)
        self.hear(transition("breached", self.now - ago, self.now, case=case, tenant=tenant, **rest))
        (new,) = set(self.stage.alerts) - before
        return new

    def warn(self, case: str, **rest: Any) -> str:
        """A case is about to break; the id of its alert."""
        before = set(self.stage.alerts)
        self.hear(transition("at_risk", self.now, self.now, case=case, **rest))
        (new,) = set(self.stage.alerts) - before
        return new

    def decide(self, batches: Sequence[Batch]) -> None:
        """One decision of the alert stage; what it says is read by the board."""
        named = {TOPICS.alerts: "alerts", TOPICS.audit: "audit"}
        for output in self.stage.decide(batches).outputs:
            if output.topic in named:
                self.show(named[output.topic], output.key, output.value)

    def show(self, topic: Any, key: bytes | None, value: bytes | None) -> None:
        self.board.take(topic, PARTITION, key, value, self.now)
        self.hub.publish(self.board.version)

    def tell(self, alert: str) -> Notice:
        """Somebody is told of it, and the receiver takes it."""
        document = {
            "id": "n-1",
            "reason": "broke",
            "person": "shan",
            "name": "Shan",
            "language": "zh",
            "time_zone": "Asia/Shanghai",
            "contacts": [{"receiver": "wecom", "address": "13800000000"}],
            "at": as_datetime(self.now),
            "step": 0,
            "alert": self.stage.alerts[alert],
        }
        notice = Notice.model_validate(document)
        receipt = Receipt(
            notice="n-1",
            tenant=TENANT,
            case=notice.alert.case,
            alert=alert,
            person="shan",
            receiver="wecom",
            attempt=1,
            outcome="delivered",
            at=as_datetime(self.now),
        )
        self.show("notices", b"n-1", notice.model_dump_json().encode())
        self.show("receipts", b"n-1", receipt.model_dump_json().encode())
        return notice

    def join(self, name: str = "incident-1") -> str:
        """What broke in the region is one incident."""
        group = Group(
            id=name,
            version=1,
            kind="incident",
            state="firing",
            tenant=TENANT,
            region="r1",
            title=Text(zh="区域", en="The region"),
            severity="high",
            shared="region",
            value="r1",
            since=as_datetime(self.now - HOUR),
            changed_at=as_datetime(self.now),
            open=1,
            broken=1,
            ended=0,
        )
        self.show("groups", name.encode(), group.model_dump_json().encode())
        return name

    def hush(self, name: str = "mute-1", tenant: str = TENANT) -> str:
        """A store is muted for an hour; the id of the mute."""
        start, until = as_datetime(self.now), as_datetime(self.now + HOUR)
        self.obey(
            Mute(
                do="mute",
                id=f"begin {name}",
                mute=name,
                tenant=tenant,
                scope=Scope(store="s1"),
                start=start,
                until=until,
                because="painting",
                by="boss",
                at=start,
            )
        )
        return name

    def obey(self, command: Command) -> None:
        """The stage that a command is for decides; what it says is read by the board."""
        key = command.tenant if isinstance(command, Mute | Unmute) else command.case
        record = self.stage.record(TOPICS.commands, command.model_dump_json().encode(), key)
        batch = Batch(TOPICS.commands, (record,), record.offset, record.offset + 1, self.now)
        if not isinstance(command, Mute | Unmute):
            self.decide([batch])
            return
        idle = Batch(GROUPS.asks, (), 0, 0, self.now)
        named = {GROUPS.mutes: "mutes", GROUPS.audit: "audit", GROUPS.groups: "groups", GROUPS.notices: "notices"}
        for output in self.groups.decide([batch, idle], self.now).outputs:
            self.show(named[output.topic], output.key, output.value)

    def remember(self, case: str = CASE, tenant: str = TENANT) -> None:
        """Detection keeps a record of a case."""
        clock = Clock(
            "delivery.late",
            Text(zh="送达", en="Delivered"),
            1,
            "breached",
            "high",
            START,
            Text(zh="晚了", en="It is late."),
            ("30m from 08:00",),
        )
        events = ((START - HOUR, "order.placed", "e-1", "/pos"),)
        self.records[tenant, case] = CaseRecord(tenant, case, events, (clock,), "v1", START)

    # the ports

    async def send(self, command: Command, partition: int | None) -> Outcome:
        if self.away:
            raise OperatorError("kafka-1.internal:9092 does not answer")
        self.sent.append((command, partition))
        if self.silent:
            return Outcome("unanswered", "", None)
        self.obey(command)
        outcome = self.board.outcome(command.id)
        return outcome or Outcome("unanswered", "", None)

    async def read(self, tenant: str, case: str, partition: int | None) -> CaseRecord | None:
        if self.away:
            raise OperatorError("kafka-1.internal:9092 does not answer")
        return self.records.get((tenant, case))

    async def retry(self, letters: Sequence[tuple[str, int, int]], by: str, why: str = "") -> int:
        if self.away:
            raise OperatorError("kafka-1.internal:9092 does not answer")
        if strange := self.strange & set(letters):
            raise StrangeLettersError(sorted(strange))
        self.retried.append((list(letters), f"{by}: {why}" if why else by))
        there = {(letter.topic, letter.partition, letter.offset) for letter in LETTERS}
        return len(there & set(letters))

    # the app

    def app(self) -> Starlette:
        access = cast(Any, None)  # the API does without: it reads who asks from the request
        console = Console(self.settings, self.board, self.hub, self, self, self, access, lambda: self.now)
        return Starlette(routes=routes(console), middleware=[Middleware(BaseHTTPMiddleware, dispatch=let_in)])

    def guarded(self, folder: Path) -> Starlette:
        """The app behind the console's own gate, with accounts in this folder."""
        file = folder / "accounts.yaml"
        users = [
            {
                "id": who,
                "password": hash_password(PASSWORD, HASHER),
                "role": WHO[who].role,
                "tenants": [TENANT],
            }
            for who in ("viewer", "responder")
        ]
        tokens = [
            {"id": name, "hash": hash_of(token), "role": name, "tenants": "all" if name == "admin" else [TENANT]}
            for name, token in TOKENS.items()
        ]
        # JSON is YAML
        file.write_text(json.dumps({"users": users, "tokens": tokens}), encoding="utf-8")
        file.chmod(0o600)
        rim = RimSettings(accounts=file, secret=SecretStr("0123456789abcdef" * 2))
        self.settings = Settings(console=rim, alerting=Alerting(console="http://testserver"))
        free = Rate(1_000_000, 1_000_000)
        access = Access.of(self.settings, lambda: self.now, limits=Limits(free, free, free, free, free), hasher=HASHER)
        console = Console(self.settings, self.board, self.hub, self, self, self, access, lambda: self.now)
        return Starlette(
            routes=[*routes(console), Route("/form", form_token), *access.routes(render)],
            middleware=access.middleware(),
        )

    def client(self) -> TestClient:
        return TestClient(self.app())


async def let_in(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    """Who comes with a token of ours is known."""
    request.state.viewer = WHO.get(request.headers.get("authorization", "").removeprefix("Bearer "))
    return await go_on(request)


def render(request: Request, *, csrf: str, status: int, **rest: Any) -> Response:
    """A sign-in page that is nothing but its form token."""
    return Response(csrf, status)


async def form_token(request: Request) -> Response:
    """What a page has in its forms."""
    return Response(csrf(request))


def bearing(role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {role}"}


def get(client: TestClient, path: str, who: str = "viewer", status: int = 200, **rest: Any) -> Any:
    """What the API answers to a question; the answer has this status."""
    response = client.get(ROOT + path, headers=bearing(who), **rest)
    assert response.status_code == status, response.text
    return response.json()


def post(client: TestClient, path: str, body: Any, who: str = "responder", status: int = 200) -> Any:
    """What the API answers to an order; the answer has this status."""
    response = client.post(ROOT + path, json=body, headers=bearing(who))
    assert response.status_code == status, response.text
    wanted = "application/json" if status < 400 else "application/problem+json"
    assert response.headers["content-type"] == wanted
    return response.json()
