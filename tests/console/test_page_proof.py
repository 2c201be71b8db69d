"""The steps of a proof that are about more than the due: what has come of several events, what was refused, and what
holds a clock that stands."""

from typing import Any

from schemas.transition import Proof
from streams.clock import MINUTE
from streams.console.cases import told
from streams.console.pages.look import Look
from streams.console.pages.proof import _steps
from streams.state.search import Found
from tests.console.page_browser import Browser, plain
from tests.console.page_chain import TENANT
from tests.console.page_world import Evening
from tests.support.story import Story
from tests.support.story_catalogues import catalogue, moment

RULES = """
    starts: call.promised
    ends: [{all: [call.made, note.made]}, {on: call.tried, times: 3}]
    revises: {on: call.moved, due: due_at, needs: {channel: phone}}
    deadline: 2h
"""


def the_proof() -> Proof:
    story = Story(catalogue(moment(RULES))).at("12:00").send("call.promised", "c1")
    story.at("12:10").send("call.made", "c1", name="m1").send("call.tried", "c1", name="t1")
    story.at("12:20").send("call.tried", "c1", name="t2").send("call.moved", "c1", name="r1", due_at="16:00")
    proof = story.at("14:01").expect("breached", "c1").proof
    assert proof is not None
    return proof


def test_the_page_shows_what_was_refused_what_came_and_what_is_missing() -> None:
    proof = the_proof()
    english = [(step.name, step.text) for step in _steps(proof, Look("en", "UTC", 1_793_620_860_000_000))]
    assert ("Not revised", "12:20, by r1") in english
    place = english.index(("Ends with", "one of these"))
    assert english[place + 1 : place + 5] == [
        ("All of these", "still missing: 1"),
        ("touchpoint.call.made", "12:10, by m1"),
        ("touchpoint.note.made", "missing"),
        ("touchpoint.call.tried", "2 of 3 times, 12:10, by t1, 12:20, by t2"),
    ]
    chinese = [(step.name, step.text) for step in _steps(proof, Look("zh", "UTC", 1_793_620_860_000_000))]
    assert ("改期无效", "12:20，由 r1") in chinese
    assert ("完成条件", "满足其一即可") in chinese
    assert ("以下全部", "尚缺 1 项") in chinese
    assert ("touchpoint.note.made", "缺失") in chinese


def test_a_length_that_a_field_says_is_shown_once() -> None:
    rules = "starts: call.promised\nends: call.made\ndeadline: {field: attributes.takes, unit: 1m, else: 2h}"
    story = Story(catalogue(moment(rules))).at("12:00")
    story.send("call.promised", "c1", attributes={"takes": 45}).send("call.promised", "c2").at("15:00")
    look = Look("en", "UTC", 1_793_620_860_000_000)
    shown = []
    for case in ("c1", "c2"):
        proof = story.expect("breached", case).proof
        assert proof is not None
        shown.append([step.text for step in _steps(proof, look)][1])
    assert shown == ["attributes.takes = 45m", "+ 2h, instead of attributes.takes, which is missing"]


def test_the_page_shows_who_has_set_the_severity() -> None:
    rules = """
    starts: call.promised
    ends: call.made
    deadline: {after: 2h, targets: [{when: {tier: vip}, after: 1h, severity: critical}]}
    """
    story = Story(catalogue(moment(rules))).at("12:00").send("call.promised", "c1", tier="vip")
    proof = story.at("13:01").expect("breached", "c1", severity="critical").proof
    assert proof is not None
    shown = {who: proof.model_copy(update={"severity_from": who}) for who in ("policy store s1", "field severity")}
    told = [
        [(step.name, step.text) for step in _steps(one, Look(language, "UTC", 0))]
        for one in (proof, *shown.values())
        for language in ("en", "zh")
    ]
    wanted = [
        ("Severity at first", "as tier = vip"),
        ("最初级别", "适用 tier = vip"),
        ("Severity at first", "set for store s1"),
        ("最初级别", "按 store s1 的规定"),
        ("Severity at first", "as severity says"),
        ("最初级别", "按 severity 所载"),
    ]
    for step, steps in zip(wanted, told, strict=True):
        assert step in steps


REPAIR = """
    starts: device.received
    ends: device.ready
    pauses: [{on: parts.ordered, until: parts.arrived}, {on: price.asked, until: price.told}]
    deadline: 2h
    journal: true
"""


def repair() -> Story:
    """A device waits for parts, then for the customer's word on the price, too, and now only for that."""
    story = Story(catalogue(moment(REPAIR))).at("12:00").send("device.received", "d1")
    story.at("12:10").send("parts.ordered", "d1").at("12:20").send("price.asked", "d1", reason="over_budget")
    return story.at("12:30").send("parts.arrived", "d1")


def kept(story: Story) -> Any:
    """What detection keeps of the case, as the console reads it."""
    found = story.processor.case("acme", "d1")
    assert found is not None
    return told("d1", Found(TENANT, *found, story.processor.clock))


def test_the_page_of_a_case_shows_what_holds_its_clock_and_what_does_no_longer(world: Evening, app: Any) -> None:
    world.records[TENANT, "d1"] = kept(repair())
    english = plain(Browser(app, "en").sign_in("li.na").get("/cases/tea/d1?lang=en").text)
    for words in (
        "held by touchpoint.price.asked (over_budget) since 12:20",
        "Paused 2 Nov 20:10, by e2, touchpoint.parts.ordered",
        "Also held 2 Nov 20:20, by e3, touchpoint.price.asked",
        "Let go 2 Nov 20:30, by e4, ends touchpoint.parts.ordered",
        "Held by touchpoint.price.asked, reason over_budget, since 2 Nov 20:20, by e3",
        "Due it stands",
    ):
        assert words in english, english
    chinese = plain(Browser(app).sign_in("li.na").get("/cases/tea/d1?lang=zh").text)
    for words in (
        "暂停解除",
        "结束 touchpoint.parts.ordered",
        "暂停原因 touchpoint.price.asked，原因 over_budget，",
        "期限 暂停中",
    ):
        assert words in chinese, words


def test_the_page_of_an_alert_says_where_to_see_what_holds_its_clock_now(world: Evening, lina: Browser) -> None:
    proof = kept(repair()).clocks[0].proof.model_dump(mode="json")
    case = world.case("at_risk", "order_9001", "delivery.on_time", 10 * MINUTE)
    assert "当前原因见" not in lina.get(f"/alerts/{case}").text
    world.case("paused", "order_9001", "delivery.on_time", 10 * MINUTE, proof=proof)
    page = lina.get(f"/alerts/{case}").text
    assert "暂停原因 touchpoint.price.asked，原因 over_budget，" in plain(page)
    assert "暂停期间原因变化不另行通知，当前原因见" in page
    assert 'href="/cases/tea/order_9001"' in page.split("当前原因见")[1]
