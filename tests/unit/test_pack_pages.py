"""Catalogues in words: durations, conditions, triggers and clocks in both languages, and the page of a pack."""

import pytest

from streams.catalogue.document.moments import MomentFile
from streams.catalogue.document.triggers import Condition, Revision
from streams.catalogue.load import packs
from streams.catalogue.pages.clock import deadline_words, severity_words, warnings_words
from streams.catalogue.pages.expected import expected
from streams.catalogue.pages.journey import STAGES, by_stage, read_pack, rows
from streams.catalogue.pages.page import journey_text, pack_page
from streams.catalogue.pages.words import short_type, span_words, trigger_words, where_words
from streams.clock import DAY, HOUR, MINUTE, SECOND

MOMENT = {
    "id": "the.moment",
    "title": {"zh": "测试", "en": "Test"},
    "stage": "execution",
    "owner": "tester",
    "severity": "medium",
    "starts": "order.placed",
    "ends": "order.ready",
    "deadline": "30m",
}


def moment(**fields: object) -> MomentFile:
    merged = {**MOMENT, **fields}
    return MomentFile.model_validate({key: value for key, value in merged.items() if value is not None})


@pytest.mark.parametrize(
    ("span", "en", "zh"),
    [
        (0, "0 seconds", "0 秒"),
        (SECOND, "1 second", "1 秒"),
        (90 * MINUTE, "1 hour 30 minutes", "1 小时 30 分钟"),
        (2 * DAY + HOUR, "2 days 1 hour", "2 天 1 小时"),
        (500_000, "500 milliseconds", "500 毫秒"),
    ],
)
def test_a_span_is_said_in_full(span: int, en: str, zh: str) -> None:
    assert (span_words(span, "en"), span_words(span, "zh")) == (en, zh)


@pytest.mark.parametrize(
    ("where", "en", "zh"),
    [
        ({"tier": {"equals": "vip"}}, "`tier` is vip", "`tier` 为 vip"),
        ({"attributes.gift": {"equals": True}}, "`attributes.gift` is true", "`attributes.gift` 为 true"),
        (
            {"channel": {"in": ["app", "web", "store"]}},
            "`channel` is app, web or store",
            "`channel` 为 app、web 或 store",
        ),
        ({"category": {"not": ["pick_up"]}}, "`category` is not pick_up", "`category` 不为 pick_up"),
        ({"score": {"ge": 1, "lt": 3}}, "`score` < 3 and `score` ≥ 1", "`score` < 3，且 `score` ≥ 1"),
        (
            {"promised_at": {"exists": True}, "ship_by": {"exists": False}},
            "`promised_at` is given and `ship_by` is not given",
            "有 `promised_at`，且没有 `ship_by`",
        ),
        ({"locale": {"starts": ["zh"]}}, "`locale` starts with zh", "`locale` 以 zh 开头"),
        ({"locale": {"starts": ["zh", "yue"]}}, "`locale` starts with zh or yue", "`locale` 以 zh 或 yue 开头"),
        (
            {"attributes.start_at": {"within": "24h"}},
            "`attributes.start_at` is less than 1 day ahead",
            "离 `attributes.start_at` 不到 1 天",
        ),
        (
            {"attributes.start_at": {"beyond": "36h"}},
            "`attributes.start_at` is at least 1 day 12 hours ahead",
            "离 `attributes.start_at` 至少还有 1 天 12 小时",
        ),
    ],
)
def test_conditions_are_said(where: dict[str, object], en: str, zh: str) -> None:
    asked = {path: Condition.model_validate(condition) for path, condition in where.items()}
    assert (where_words(asked, "en"), where_words(asked, "zh")) == (en, zh)


@pytest.mark.parametrize(
    ("pattern", "short"),
    [
        ("touchpoint.guest.arrived", "guest.arrived"),
        ("touchpoint.guest.*", "guest.*"),
        ("touchpoint.order.on_hold", "touchpoint.order.on_hold"),  # order.on_hold would be none of the contract's
        ("touchpoint.*", "touchpoint.*"),
        ("touchpoint.paused", "touchpoint.paused"),
        ("ticket.*", "ticket.*"),
        ("order.placed", "order.placed"),
    ],
)
def test_an_event_type_is_said_as_a_catalogue_writes_it(pattern: str, short: str) -> None:
    assert short_type(pattern) == short


@pytest.mark.parametrize(
    ("ends", "en", "zh"),
    [
        ("guest.seated", "`guest.seated`", "`guest.seated`"),
        (
            {"on": "ticket.replied", "where": {"by": "human"}},
            "`ticket.replied` where `by` is human",
            "`ticket.replied`（`by` 为 human）",
        ),
        ({"moment": "first.step"}, "the end of “First” (`first.step`)", "“第一步”结束（`first.step`）"),
        ({"on": "ticket.followed_up", "times": 3}, "`ticket.followed_up`, 3 times", "第 3 次 `ticket.followed_up`"),
        (
            {"all": ["exam.reported", "patient.told"]},
            "`exam.reported` and `patient.told` (all of them, in any order)",
            "`exam.reported`，且 `patient.told`（都发生，次序不限）",
        ),
        ("*", "any event", "任何事件"),
    ],
)
def test_what_ends_is_said(ends: object, en: str, zh: str) -> None:
    (closing,) = moment(ends=ends).ends
    assert trigger_words(closing, {"first.step": "First"}, "en") == en
    assert trigger_words(closing, {"first.step": "第一步"}, "zh") == zh


def test_a_revision_says_where_the_new_due_stands_and_what_it_needs() -> None:
    revision = Revision.model_validate({"on": "promise.revised", "due": "due_at", "needs": {"agreed": {"equals": True}}})
    assert trigger_words(revision, {}, "en") == (
        "`promise.revised`, to `due_at`; only where `agreed` is true, else the old due stands"
    )
    assert trigger_words(revision, {}, "zh") == "`promise.revised`，改到 `due_at`；须 `agreed` 为 true，否则原期限不变"


@pytest.mark.parametrize(
    ("deadline", "en", "zh"),
    [
        ("30m", "30 minutes after the start", "开始后 30 分钟"),
        ({"workdays": 1}, "1 business day after the start", "开始后 1 个工作日"),
        (
            {"field": "attributes.takes", "unit": "1h", "else": "2d"},
            "so long after the start as `attributes.takes` says (numbers in units of 1 hour); without that field: 2 days "
            "after the start",
            "开始后 `attributes.takes` 所载时长（数字以 1 小时计）；没有该字段时：开始后 2 天",
        ),
        ({"at": "promised_at"}, "at `promised_at`", "`promised_at` 所载时间"),
        ({"at": "promised_at", "plus": "-1s"}, "1 second before `promised_at`", "`promised_at` 之前 1 秒"),
        ({"at": "promised_at", "plus": "5m"}, "5 minutes after `promised_at`", "`promised_at` 之后 5 分钟"),
        (
            {"before": "attributes.arrival_at", "lead": "2h", "else": "15m"},
            "2 hours before `attributes.arrival_at`; without that field: 15 minutes after the start",
            "`attributes.arrival_at` 之前 2 小时；没有该字段时：开始后 15 分钟",
        ),
        (
            {"earliest": [{"at": "promised_at"}, {"latest": ["30m", {"at": "ship_by"}]}]},
            "the earliest of: (1) at `promised_at`; "
            "(2) [the latest of: (1) 30 minutes after the start; (2) at `ship_by`]",
            "最早者：(1) `promised_at` 所载时间；(2) [最晚者：(1) 开始后 30 分钟；(2) `ship_by` 所载时间]",
        ),
        (
            {
                "after": "8h",
                "targets": [
                    {"when": {"tier": "vip"}, "after": "1h"},
                    {"when": {"priority": "p1"}, "after": "15m", "calendar": "always"},
                    {"when": {"region": "east"}, "workdays": 2, "calendar": "east_desk"},
                ],
            },
            "8 hours after the start; 1 hour where `tier` is vip; 15 minutes, day and night, where `priority` is p1; "
            "2 business days in the hours of `east_desk` where `region` is east",
            "开始后 8 小时；`tier` 为 vip 时 1 小时；`priority` 为 p1 时 15 分钟（全天候）；"
            "`region` 为 east 时 2 个工作日（按日历 `east_desk` 计）",
        ),
    ],
)
def test_deadlines_are_said(deadline: object, en: str, zh: str) -> None:
    found = moment(deadline=deadline)
    assert (deadline_words(found, "en"), deadline_words(found, "zh")) == (en, zh)


@pytest.mark.parametrize(
    ("every", "en", "zh", "again"),
    [
        ("9h", "9 hours after the one before", "上一次之后 9 小时", "expected every 9 hours; silence is the breach"),
        (
            {"after": "9h", "targets": [{"when": {"tier": "vip"}, "after": "4h"}]},
            "9 hours after the one before; 4 hours where `tier` is vip",
            "上一次之后 9 小时；`tier` 为 vip 时 4 小时",
            "another is expected each time; silence is the breach",
        ),
        (
            {"field": "attributes.takes", "else": "9h"},
            "so long after the one before as `attributes.takes` says; without that field: 9 hours after the one before",
            "上一次之后 `attributes.takes` 所载时长；没有该字段时：上一次之后 9 小时",
            "another is expected each time; silence is the breach",
        ),
    ],
)
def test_how_often_rounds_are_due_is_said(every: object, en: str, zh: str, again: str) -> None:
    rounds = {"on": "round.made", "every": every, "from": "stay.begun"}
    found = moment(starts=None, ends=None, deadline=None, expects=rounds)
    assert (deadline_words(found, "en"), deadline_words(found, "zh")) == (en, zh)
    assert dict(rows(found, {}, "en"))["Again"] == again


def test_the_calendar_is_said_where_it_is_not_day_and_night() -> None:
    found = moment(calendar="desk")
    assert deadline_words(found, "en") == "30 minutes after the start; in the hours of `desk`"
    assert deadline_words(found, "zh") == "开始后 30 分钟；按日历 `desk` 计"
    assert deadline_words(moment(calendar="always"), "en") == "30 minutes after the start"


def test_warnings_and_rises_are_said() -> None:
    found = moment(warnings=["10m", "5m"], rises=[{"after": "1h", "to": "critical"}, {"after": "20m", "to": "high"}])
    assert warnings_words(found, "en") == "10 minutes before the due, 5 minutes before the due"
    assert warnings_words(moment(warnings=["80.5%"]), "zh") == "用去时间的 80.5% 时"
    assert warnings_words(moment(), "en") == ""
    assert severity_words(found, "en") == "medium; high 20 minutes after the due; critical 1 hour after the due"
    assert severity_words(found, "zh") == "中；超时 20 分钟后升为高；超时 1 小时后升为紧急"


def test_a_row_is_there_for_everything_that_a_moment_says_and_nothing_else() -> None:
    plain = dict(rows(moment(), {}, "en"))
    assert list(plain) == ["Starts", "Ends", "Due", "Severity", "Owner", "Class"]
    full = moment(
        cancels="order.cancelled",
        pauses="order.refunded",
        resumes="order.paid",
        revises={"on": "delivery.promised", "due": "promised_at"},
        reopens="ticket.reopened",
        reopening="continue",
        repeats=True,
        warnings=["5m"],
        chain={"name": "complaint", "step": 2},
        objective="97%",
    )
    said = dict(rows(full, {}, "en"))
    assert said["Reopened by"] == "`ticket.reopened`; the old clock goes on"
    assert said["Step"] == "2 of `complaint`"
    assert said["Objective"] == "97% in time"
    assert len(said) == 15 == len(rows(full, {}, "zh"))


def test_rounds_say_what_begins_and_ends_them_and_that_silence_is_the_breach() -> None:
    rounds = moment(
        starts=None,
        ends=None,
        deadline=None,
        expects={"on": "round.made", "every": "2h", "from": "stay.begun", "until": "stay.ended"},
    )
    said = dict(rows(rounds, {}, "en"))
    assert said["Starts"] == "`stay.begun`; or `round.made`"
    assert said["Due"] == "2 hours after the one before"
    assert said["Cancelled by"] == "`stay.ended`"
    assert said["Again"] == "expected every 2 hours; silence is the breach"


@pytest.mark.parametrize("name", packs())
def test_the_page_of_a_pack_has_every_moment_with_both_titles_every_step_and_every_event(name: str) -> None:
    pack = read_pack(name)
    page = pack_page(pack)
    assert page.startswith(f"# pack:{name}\n")
    for found, _ in pack.moments:
        assert f"### {found.title.en} · {found.title.zh}\n\n`{found.id}`" in page
        for step in (*found.playbook.en, *found.playbook.zh):
            assert f". {step}\n" in page
    for one in expected(pack):
        assert f"| `{one.type}` | `{one.topic}` |" in page
    stages = [stage for stage, _ in by_stage(pack)]
    assert stages == [stage for stage in STAGES if stage in stages]


def test_the_events_of_a_pack_have_the_fields_that_are_read_of_them() -> None:
    found = {one.type: one for one in expected(read_pack("tea_chain"))}
    assert found["order.accepted"].uses == {"ends": ["order.confirm"], "starts": ["order.make"]}
    assert "promised_ready_at" in found["order.accepted"].fields
    assert "promised_at" in found["delivery.eta_revised"].fields
    assert found["order.cancelled"].fields == set()


def test_the_journey_of_a_pack_that_builds_on_another_says_where_each_moment_is_from() -> None:
    text = journey_text(read_pack("coffee"), "en")
    assert text.startswith("pack:coffee  Moments of truth of a coffee store\nincludes pack:tea_chain\n")
    assert "  order.make  Coffee ready in time  (pack:tea_chain)\n" in text
    assert "  machine.restored  Coffee machine works again\n" in text
    assert "`" not in text
