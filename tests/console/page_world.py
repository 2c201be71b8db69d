"""A supervisor's evening in a small tea chain, on a real board behind the console's real gate.

Alerts come out of a real alert stage, commands go into it. What the group and notify stages would say (an incident,
mutes, receipts) is written as they would write it.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.middleware import Middleware

from schemas.command import Scope
from schemas.feed import FeedState
from schemas.followed import FOLLOWED_OPEN, Followed
from schemas.group import Group, Member, MuteInForce, StoreCount, Usual
from schemas.notice import Notice, Receipt
from schemas.transition import Proof, Text
from streams.alerts.journal import Place
from streams.alerts.organisation import Directory
from streams.alerts.record import alert_id
from streams.catalogue.load import compile_texts
from streams.clock import HOUR, MINUTE, SECOND, as_datetime, parse_rfc3339, rfc3339
from streams.console.access import Access, Limits
from streams.console.access.limits import Rate
from streams.console.access.passwords import hash_password
from streams.console.context import Console
from streams.console.pages import routes
from streams.console.views import CaseRecord, Clock, DeadLetter, FeedRow, Freshness
from streams.feeds.journal import FeedTopics, Journal, Subject
from streams.feeds.policy import FeedPolicy
from streams.feeds.records import Standing
from streams.feeds.tally import FeedTally
from streams.settings import Alerting, Settings
from streams.settings import Console as RimSettings
from tests.alerts.alert_stage import TOPICS, Stage, transition
from tests.console.api_world import HASHER, PASSWORD, World
from tests.console.page_chain import COMPLAINT, STAGES, TENANT, TITLES, organisation, playbook, proof, sentence

FEEDS = FeedTopics("pulses", "feeds", TOPICS.transitions)
START = parse_rfc3339("2026-11-23T12:28:48+08:00")
FIRST = alert_id(TENANT, "order_8812", "delivery.on_time", 1)
PAGES = (
    "/now",
    "/promises",
    "/promises?case=T-2291",
    "/journey",
    "/handover",
    "/feeds",
    "/rota",
    "/mutes",
    "/cases/tea/order_8812",
    "/cases?tenant=tea&case=order_8812",
    "/incidents/incident-1",
    f"/alerts/{FIRST}",
)
SECRET = "0123456789abcdef" * 2
USERS = {
    "ying": {"name": "应晓", "role": "viewer"},
    "li.na": {"name": "李娜", "role": "responder"},
    "chen.wei": {"name": "陈伟", "role": "responder"},
    "zhou.min": {"name": "周敏", "role": "admin"},
    "anna.berg": {"name": "Anna Berg", "role": "responder", "language": "en", "time_zone": "Europe/Berlin"},
}
FREE = Rate(1_000_000, 1_000_000)


class Evening(World):
    """The console of that chain. `now` is its clock: the stage's, or `clock` where one is given."""

    def __init__(self, start: int, clock: Callable[[], int] | None = None) -> None:
        super().__init__()
        self._clock = clock
        directory = Directory.of([organisation()])
        self.stage = Stage(directory, playbook_of=playbook)
        self.stage.now = start
        self.board.use_directory(directory)
        self.fresh()

    @property
    def now(self) -> int:
        if self._clock is not None:
            self.stage.now = max(self.stage.now, self._clock())
        return self.stage.now

    def fresh(self, ago: int = 0, **stale: Text) -> "Evening":
        """The topics were read to their end so long ago."""
        self.board.freshness(Freshness(self.now - ago, self.now - ago, stale))
        self.hub.publish(self.board.version)
        return self

    def feed(self, *letters: DeadLetter) -> "Evening":
        """The input topics as they stand, and these refused records."""
        rows = (
            FeedRow("orders.events.v1", 12, 0, self.now - 1 * SECOND, {}),
            FeedRow("deliveries.events.v1", 12, 41, self.now - 6 * MINUTE, {"bad_field": 3, "too_old": 1}),
            FeedRow("tickets.events.v1", 12, 0, self.now - 20 * SECOND, {}),
            FeedRow("touchpoints.events.v1", 12, None, None, {}),
        )
        self.board.feeds_are(rows, letters)
        return self

    # what happens to feeds

    def source(self, name: str, region: str, state: FeedState, silent: int = 0, usual: float = 42.0) -> "Evening":
        """What the feed stage says of a feed that has been silent for so long; its owner is told of it where he is."""
        journal = Journal(FEEDS, FeedPolicy(), Place(0, 1), FeedTally(), self.now)
        subject = Subject(TENANT, name, region, usual)
        until = self.now - silent
        changed = min(until + MINUTE, self.now) if silent else until - HOUR
        standing = Standing(state, until, changed, self.now, due=until + 40 * SECOND, turns=1)
        if state == "blind":
            journal.silent(subject, standing)
        elif state == "heard" and silent:
            standing.until = standing.changed_at = self.now
            journal.back(subject, standing, until)
        journal.feed(subject, standing)
        for output in journal.outputs:
            if output.topic == FEEDS.feeds:
                self.show("feeds", output.key, output.value)
            else:
                self.decide([self.stage.batch(TOPICS.transitions, [json.loads(output.value or b"")])])
        return self

    # what happens to cases

    def case(self, kind: str, case: str, moment: str, due: int, **rest: Any) -> str:
        """A transition of a case whose clock is due so long from now; the id of its alert."""
        now = self.now
        begun, at = now + due - 30 * MINUTE, now - rest.pop("ago", 0)
        title = TITLES.get(moment, Text(zh=moment, en=moment))
        store = rest.pop("store", "NJXL")
        said_of_it = rest.pop("sentence", None) or sentence(title, kind, now + due, begun)
        said = {
            "moment": moment,
            "case": case,
            "tenant": TENANT,
            "due_at": rfc3339(now + due),
            "title": title.model_dump(),
            "stage": STAGES.get(moment, "execution"),
            "labels": {"region": rest.pop("region", "华东"), "store": store, "channel": rest.pop("channel", None)},
            "sentence": said_of_it,
            "proof": rest.pop("proof", None) or proof(now + due, begun, rest.pop("zone", "Asia/Shanghai")),
            **rest,
        }
        self.hear(transition(kind, now + due if kind == "breached" else at, at, **said))
        return alert_id(TENANT, case, moment, 1)

    def follow(self, case: str, moment: str, due: int | None, state: str, ago: int = 30 * MINUTE, **rest: Any) -> str:
        """Detection says how a clock stands that people follow, due so long from now, begun so long `ago`; its id."""
        name = alert_id(TENANT, case, moment, 1)
        open_ = state in FOLLOWED_OPEN
        document = {
            "id": name,
            "tenant": TENANT,
            "case": case,
            "within": case,
            "moment": moment,
            "occurrence": 1,
            "state": state,
            "started_at": as_datetime(self.now - ago),
            "due_at": None if due is None else as_datetime(self.now + due),
            "ended_at": None if open_ else as_datetime(self.now - rest.pop("ended", MINUTE)),
            "stage": "after_sales",
            "severity": "high",
            "owner": "desk",
            "title": TITLES[moment],
            "labels": {"store": rest.pop("store", "NJXL"), "region": "华东"},
            "catalogue": "tea_chain 3",
            **rest,
        }
        told = Followed.model_validate(document)
        self.show("followed", told.id.encode(), told.model_dump_json().encode())
        return name

    def promise(self, within: str, name: str | None, due: int | None, state: str, **rest: Any) -> str:
        """A promise as it stands, made by `person` and of the words `text`."""
        said = {"id": name, "person": rest.pop("person", None), "text": rest.pop("text", None)}
        case = within if name is None else f"{within}#{name}"
        return self.follow(case, "promise.kept", due, state, within=within, promise=said, **rest)

    def command(self, do: str, alert: str, by: str, ago: int = 0, **rest: Any) -> None:
        """Somebody does something about an alert."""
        known = self.stage.alerts[alert]
        named = {"tenant": known.tenant, "case": known.case, "alert": alert, "by": by, "at": rfc3339(self.now - ago)}
        document = {"do": do, "id": f"c-{len(self.stage.audit)}-{alert}", **named, **rest}
        self.decide([self.stage.batch("asked", [document])])

    def message(self, alert: str, person: str, receiver: str, outcome: str, ago: int, detail: str = "") -> None:
        """Somebody was told of an alert, with this outcome."""
        known = self.stage.alerts[alert]
        name = next((one.name for one in organisation().people if one.id == person), person)
        key = f"n-{alert}-{person}-{receiver}"
        notice = Notice.model_validate(
            {
                "id": key,
                "reason": "warned" if known.broken_at is None else "broke",
                "person": person,
                "name": name,
                "language": "zh",
                "time_zone": "Asia/Shanghai",
                "contacts": [{"receiver": "wecom", "address": person}],
                "at": as_datetime(self.now - ago),
                "step": 0,
                "alert": known,
            }
        )
        receipt = Receipt.model_validate(
            {
                "notice": key,
                "tenant": known.tenant,
                "case": known.case,
                "alert": alert,
                "person": person,
                "receiver": receiver,
                "attempt": 1,
                "outcome": outcome,
                "at": as_datetime(self.now - ago + SECOND),
                "detail": detail,
            }
        )
        self.show("notices", key.encode(), notice.model_dump_json().encode())
        self.show("receipts", key.encode(), receipt.model_dump_json().encode())

    def incident(self, since: int, **changed: Any) -> str:
        """Orders of several stores that no courier takes, as one."""
        alerts = [one for one in self.stage.alerts.values() if one.moment == "courier.accept"]
        stores = sorted({one.labels.store or "" for one in alerts})
        fields: dict[str, Any] = {
            "id": "incident-1",
            "version": 1,
            "kind": "incident",
            "state": "firing",
            "tenant": TENANT,
            "region": "华东",
            "title": Text(zh="骑手接单", en="Courier accepts"),
            "severity": "high",
            "shared": "region",
            "value": "华东",
            "usual": Usual(span_seconds=300, usual=1.4, threshold=8, counted=len(alerts)),
            "since": as_datetime(since),
            "changed_at": as_datetime(self.now),
            "open": len(alerts),
            "broken": len(alerts),
            "ended": 0,
            "stores": [
                StoreCount(store=store, open=sum(one.labels.store == store for one in alerts)) for store in stores
            ],
            "members": [
                Member(
                    alert=one.id,
                    case=one.case,
                    moment=one.moment,
                    title=one.title,
                    store=one.labels.store,
                    severity=one.severity,
                    state=one.state,
                    due_at=one.due_at,
                    broken_at=one.broken_at,
                )
                for one in alerts[:20]
            ],
        }
        group = Group(**(fields | changed))
        self.show("groups", group.id.encode(), group.model_dump_json().encode())
        return group.id

    def mute(self, until: int, because: str = "门店装修", start: int | None = None, **scope: str) -> str:
        """Nobody is told of this scope until then."""
        begin, end = as_datetime(self.now - HOUR if start is None else start), as_datetime(self.now + until)
        where = Scope(**(scope or {"store": "HZ01"}))
        mute = MuteInForce(
            id="mute-1", tenant=TENANT, scope=where, start=begin, until=end, because=because, by="zhou.min", held=4
        )
        self.show("mutes", b"mute-1", mute.model_dump_json().encode())
        return mute.id

    def keep(self, case: str, moment: str, due: int) -> None:
        """Detection keeps this of a case."""
        begun = self.now + due - 30 * MINUTE
        title = TITLES[moment]
        clock = Clock(
            moment,
            title,
            1,
            "at_risk",
            "high",
            self.now + due,
            Text(**sentence(title, "at_risk", self.now + due, begun)),
            (f"start      {rfc3339(begun)}  order.placed  e-1 from /pos", f"due        {rfc3339(self.now + due)}"),
            Proof.model_validate(proof(self.now + due, begun, "Asia/Shanghai")),
        )
        events = ((begun, "order.placed", "e-1", "/pos"), (begun + 19 * MINUTE, "order.picked_up", "e-2", "/delivery"))
        self.records[TENANT, case] = CaseRecord(TENANT, case, events, (clock,), "tea_chain 3", self.now)

    # the app

    def app_in(
        self,
        folder: Path,
        *,
        open_to_all: bool = False,
        limits: Limits | None = None,
        before: Sequence[Middleware] = (),
    ) -> Starlette:
        """The pages behind the gate, with the accounts in this folder or without any."""
        if open_to_all:
            rim = RimSettings(open_to_all=True, secret=SecretStr(SECRET))
        else:
            file = folder / "accounts.yaml"
            users = [
                {"id": who, "password": hash_password(PASSWORD, HASHER), "tenants": [TENANT], **rest}
                for who, rest in USERS.items()
            ]
            file.write_text(json.dumps({"users": users}), encoding="utf-8")  # JSON is YAML
            file.chmod(0o600)
            rim = RimSettings(accounts=file, secret=SecretStr(SECRET))
        self.settings = Settings(console=rim, alerting=Alerting())
        free = limits or Limits(FREE, FREE, FREE, FREE, FREE)
        access = Access.of(self.settings, lambda: self.now, limits=free, hasher=HASHER)
        console = Console(self.settings, self.board, self.hub, self, self, self, access, lambda: self.now)
        return Starlette(routes=routes(console), middleware=[*before, *access.middleware()])


def dark_evening(start: int, clock: Callable[[], int] | None = None) -> Evening:
    """The same, and of the riders of 华东 nothing has been heard for nine minutes; other feeds stand otherwise."""
    world = evening(start)
    world.source("/pos", "华东", "heard", usual=310.0).source("/riders", "华东", "blind", 9 * MINUTE)
    world.source("/pos", "europe", "returning", 21 * MINUTE, 7.5).source("/riders", "europe", "suspect", 14 * SECOND, 3.0)
    world.source("/desk", "", "heard", usual=0.0).source("*", "*", "heard", usual=362.5)
    world.fresh()
    world._clock = clock
    return world


def complaint_evening(start: int, clock: Callable[[], int] | None = None) -> Evening:
    """The same, and the complaint T-2291 has come to its second step; the catalogue knows the steps to come."""
    world = evening(start)
    steps = [(name, TITLES[name]) for name in COMPLAINT]
    moments = [
        {
            "id": name,
            "title": title.model_dump(),
            "stage": "after_sales",
            "owner": "stores",
            "severity": "high",
            "starts": "ticket.opened",
            "ends": "ticket.closed",
            "deadline": {"after": "2h"},
            "chain": {"name": "complaint", "step": number},
        }
        for number, (name, title) in enumerate(steps, 1)
    ]
    names = {"complaint": {"zh": "投诉五步", "en": "Complaint in five steps"}, "stores": {"zh": "门店", "en": "Stores"}}
    file = {"name": "chain", "names": names, "moments": moments}
    world.board.use_catalogue(compile_texts([("chain.yaml", json.dumps(file))]))

    def step(number: int) -> dict[str, Any]:
        return {"chain": {"name": "complaint", "step": number, "of": len(steps)}, "store": "LJZ"}

    world.follow("T-2291", COMPLAINT[0], 4 * MINUTE + 40 * SECOND, "at_risk", **step(1))
    world.follow("T-2291", COMPLAINT[1], -5 * MINUTE, "recovered", ended=2 * MINUTE, **step(2))
    world.follow("T-2291", COMPLAINT[2], 2 * HOUR, "running", **step(3))
    world.fresh()
    world._clock = clock
    return world


def evening(start: int, clock: Callable[[], int] | None = None) -> Evening:
    """The whole evening, as it stands at `start`."""
    world = Evening(start - 3 * HOUR)
    world.feed()
    # earlier: three saved, one broken and closed, one that was not true
    for number in range(3):
        world.case("at_risk", f"order_870{number}", "delivery.on_time", 10 * MINUTE, store="XJH")
        world.stage.now += 5 * MINUTE
        world.case("met", f"order_870{number}", "delivery.on_time", 5 * MINUTE, store="XJH")
    closed = world.case("breached", "order_8711", "order.confirm", -2 * MINUTE, store="LJZ")
    world.command("acknowledge", closed, "li.na")
    world.stage.now += 8 * MINUTE
    world.command("close", closed, "li.na", because="customer_served", useful=True)
    world.case("breached", "order_8715", "order.confirm", -3 * MINUTE, store="LJZ")
    world.stage.now += 2 * MINUTE
    world.case("recovered", "order_8715", "order.confirm", -5 * MINUTE, store="LJZ")
    world.case("breached", "order_8720", "delivery.on_time", -1 * MINUTE, store="JAS")
    world.case("retracted", "order_8720", "delivery.on_time", -1 * MINUTE, store="JAS", revision=1)
    # the incident
    world.stage.now = start - 12 * MINUTE
    for number, store in enumerate(["NJXL", "LJZ", "JAS", "XJH", "NJXL", "LJZ", "NJXL", "JAS", "XJH", "NJXL"]):
        world.case("breached", f"order_88{20 + number}", "courier.accept", -2 * MINUTE + number * 7 * SECOND, store=store)
    # what is open now
    world.stage.now = start - 8 * MINUTE
    first = world.case("at_risk", "order_8812", "delivery.on_time", 9 * MINUTE + 12 * SECOND, channel="外卖")
    world.message(first, "wang.fang", "wecom", "delivered", 0)
    promised = world.case("at_risk", "call_3310", "promise.kept", 17 * MINUTE, store="JAS", severity="medium")
    world.command("acknowledge", promised, "li.na", minutes=60)
    world.command("comment", promised, "chen.wei", text="顾客说四点半前都可以接电话，别打座机。")
    world.stage.now = start - 3 * MINUTE
    vip = world.case(
        "at_risk", "T-2291", "complaint.first_reply", 7 * MINUTE + 40 * SECOND, store="LJZ", severity="critical"
    )
    world.message(vip, "wang.fang", "wecom", "refused", 0, "400: no such user")
    world.message(vip, "wang.fang", "mail", "delivered", 0)
    world.case("at_risk", "BE-0117", "delivery.on_time", 22 * MINUTE, store="BE01", region="europe", zone="Europe/Berlin")
    late = world.case("breached", "order_8840", "order.confirm", -51 * SECOND, store="XJH")
    world.message(late, "wang.fang", "wecom", "delivered", 0)
    for number in range(3):
        world.case("at_risk", f"HZ-40{number}", "delivery.on_time", 12 * MINUTE, store="HZ01")
    world.stage.now = start
    for number in range(3):
        world.case("unknown", f"HZ-40{number}", "delivery.on_time", 9 * MINUTE, store="HZ01")
    world.incident(start - 14 * MINUTE - 6 * SECOND, until=as_datetime(start - 9 * MINUTE))
    world.mute(2 * HOUR)
    world.promise("call_3310", None, 9 * MINUTE, "at_risk", store="JAS", person="li.na", text="下班前回电，说明退款进度")
    world.promise("T-2291", "pr-1", 26 * HOUR, "running", store="LJZ", person="chen.wei", text="明天中午前补送两杯新茶")
    world.promise("T-2291", "pr-2", -14 * MINUTE, "broken", store="LJZ", person="chen.wei", text="12:15 前把退款转给顾客")
    world.promise(
        "order_8711", "pr-7", -HOUR, "recovered", store="LJZ", person="wang.fang", text="寄出优惠券", ended=20 * MINUTE
    )
    world.keep("order_8812", "delivery.on_time", 72 * SECOND)
    letter = DeadLetter(
        "deliveries.events.v1.dlq",
        4,
        118,
        start - 7 * MINUTE,
        "bad_field",
        "data.promised_at",
        "promised_at lies before occurred_at; write the time that was promised",
        "HZ-400",
        '{"specversion": "1.0", "id": "d-77", "type": "order.placed", "data": {"promised_at": "2026-11-22T10:00:00Z"}}',
    )
    world.feed(letter)
    world.fresh()
    world._clock = clock
    return world
