"""Twenty minutes at noon in which a region's riders cannot be heard, through every stage of the monitor.

The chain has learnt a noon a week before. What it says is laid beside what the simulation knows; what was said of other
regions beside a noon without an outage.
"""

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from random import Random
from typing import Any, NamedTuple

import pytest

from schemas.feed import Heard, Pulse
from streams.alerts.lifecycle import is_over
from streams.clock import MINUTE, SECOND, as_datetime, parse_rfc3339, rfc3339
from streams.partition import partition_of
from tests.support.tea_noon import (
    BACK,
    BROUGHT_BY_RIDERS,
    CATALOGUE,
    CUT,
    FIRST,
    LAST,
    REGIONS,
    RIDERS,
    TENANT,
    TILLS,
    WARNING,
    Noon,
    Outage,
    Truth,
    last_week,
    organisation,
    write,
)
from tests.support.whole_chain import ALERTS, ASKS, FEEDS, NOTICES, PARTITIONS, PULSES, TRANSITIONS, Chain

NOON = Noon(7)
TICK = 2 * SECOND
JUDGED = LAST - 10 * SECOND
"""What happened and was due by then is known at the end: events take up to 1.5 s, the catalogue waits for 2 s more."""

EAST = Outage()
LOST = Outage(rest="lost")
ALL = Outage(sources=(TILLS, RIDERS), regions=REGIONS)
THIN = Outage(left=0.1)

OTHERS = tuple(region for region in REGIONS if region != "east")

Case = tuple[str, str]
"""A case and its moment."""


# ---- the noon is lived through


@cache
def true(outage: Outage | None = None) -> dict[Case, Truth]:
    """What is true, by case and moment; of what was lost for good nothing is."""
    return NOON.truths(outage)


@cache
def before() -> Chain:
    """The chain at CUT: it knows a noon of a week ago, and today's since it began."""
    chain = Chain(CATALOGUE, organisation())
    home = chain.stages["feed"][partition_of(TENANT, PARTITIONS)]
    for at, heard in last_week():
        feeds = [
            Heard(
                source=source, region=region, count=len(times), first=as_datetime(times[0]), last=as_datetime(times[-1])
            )
            for source, region, times in heard
        ]
        pulse = Pulse(tenant=TENANT, shard=0, shards=PARTITIONS, clock=as_datetime(at), feeds=feeds)
        chain.publish(PULSES, TENANT.encode(), pulse.model_dump_json().encode(), at)
        chain.decide(home, at)
    live(chain, None, FIRST, CUT - 4 * MINUTE, 2 * TICK)
    live(chain, None, CUT - 4 * MINUTE, CUT)
    return chain


@cache
def after(outage: Outage | None, restarts: int = 0) -> "Said":
    """What was said by LAST, with so many shards restarted on the way."""
    chain = before().fork()
    draw = Random(11)
    ends = Counter(draw.randrange(CUT, LAST, TICK) for _ in range(restarts))

    def end(now: int) -> None:
        for shard in draw.sample(chain.shards, min(ends[now - TICK], len(chain.shards))):
            shard.restart()

    live(chain, outage, CUT, LAST, each=end)
    return Said(chain)


def live(
    chain: Chain,
    outage: Outage | None,
    since: int,
    until: int,
    step: int = TICK,
    each: Callable[[int], None] = lambda _: None,
) -> None:
    """Events are published as they come, and the chain looks at them at every step."""
    sent = NOON.sent(outage)
    place = bisect_left(sent, since, key=lambda one: one[0])
    for now in range(since + step, until + 1, step):
        while place < len(sent) and sent[place][0] < now:
            at, event = sent[place]
            chain.publish(event.topic, event.case.encode(), event.value, at)
            place += 1
        each(now)
        chain.tick(now)


# ---- what was said


class Page(NamedTuple):
    """Somebody was told that a case is at risk, or broken."""

    at: int
    case: str
    moment: str
    region: str | None
    broken: bool


class Net(NamedTuple):
    """What is left of all that was said of a moment of a case."""

    due: int | None
    broken: bool
    end: str | None
    at: int | None


class Said:
    """The logs of a chain, as those who read them see them."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.transitions = [json.loads(record.value or b"") for record in chain.records(TRANSITIONS)]
        self.notices = [json.loads(record.value or b"") for record in chain.records(NOTICES)]

    def of(self, *regions: str) -> dict[str, list[bytes]]:
        """Every byte that was said of these regions and to their people, in order: transitions, alerts, notices."""
        found: dict[str, list[bytes]] = {}
        for topic in (TRANSITIONS, ALERTS):
            records = [(json.loads(record.value), record.value) for record in self.chain.records(topic) if record.value]
            found[topic] = [value for document, value in records if document["labels"]["region"] in regions]
        notices = [(json.loads(record.value or b""), record.value or b"") for record in self.chain.records(NOTICES)]
        found[NOTICES] = [value for document, value in notices if document["person"].partition("-")[0] in regions]
        return found

    def net(self) -> dict[Case, Net]:
        """The balance by case and moment."""
        found: dict[Case, Net] = {}
        for said in self.transitions:
            key, kind, at = (said["case"], said["moment"]), said["kind"], parse_rfc3339(said["at"])
            net = found.get(key, Net(None, False, None, None))
            due = net.due if said["due_at"] is None else parse_rfc3339(said["due_at"])
            if kind in ("breached", "retracted"):
                found[key] = Net(due, kind == "breached", net.end, net.at)
            elif kind in ("met", "recovered", "cancelled"):
                found[key] = Net(due, net.broken, kind, at)
            else:
                assert kind in ("at_risk", "worsened", "unknown", "opened"), said
                found[key] = Net(due, net.broken, None if kind == "opened" else net.end, net.at)
        return found

    def pages(self) -> Iterator[Page]:
        """Everything that asked somebody to act on a case, alone or among others."""
        for notice in self.notices:
            at, group, alert = parse_rfc3339(notice["at"]), notice.get("group"), notice["alert"]
            if notice["reason"] in ("ended", "retracted", "group_over", "incident_over") or is_feed(alert):
                continue
            assert notice["reason"] in ("warned", "broke", "worsened", "escalated", "grouped", "incident", "digest")
            if group is None:
                yield Page(at, alert["case"], alert["moment"], alert["labels"]["region"], notice["reason"] != "warned")
                continue
            for member in group["members"]:
                region = member["store"].partition("-")[0]
                yield Page(at, member["case"], member["moment"], region, member["broken_at"] is not None)

    def kinds(self, *kinds: str) -> Counter[Case]:
        """How often these kinds were said, by case and moment."""
        return Counter((said["case"], said["moment"]) for said in self.transitions if said["kind"] in kinds)

    def changes(self, source: str, region: str) -> list[tuple[int, str]]:
        """To which state a feed came since CUT, and when."""
        words = [json.loads(record.value or b"") for record in self.chain.log[FEEDS, 0]]
        found = [
            (parse_rfc3339(word["changed_at"]), word["state"])
            for word in words
            if (word["source"], word["region"]) == (source, region)
        ]
        return [change for change in found if change[0] >= CUT]

    def words(self, source: str, region: str) -> dict[str, int]:
        """When a feed came to each state since CUT, for the first time."""
        return {state: at for at, state in reversed(self.changes(source, region))}

    def owner(self) -> list[tuple[str, str, str]]:
        """What was told of feeds since CUT: to whom, why, of which."""
        return [
            (notice["person"], notice["reason"], notice["alert"]["case"])
            for notice in self.notices
            if is_feed(notice["alert"])
        ]

    def alerts(self) -> dict[Case, Mapping[str, Any]]:
        """The alerts as they stand at the end."""
        found: dict[bytes | None, Mapping[str, Any]] = {}
        for record in self.chain.records(ALERTS):
            assert record.value is not None
            found[record.key] = json.loads(record.value)
        return {(alert["case"], alert["moment"]): alert for alert in found.values() if not is_feed(alert)}


def is_feed(alert: Mapping[str, Any]) -> bool:
    return bool(alert["moment"] == "feed.heard")


def false_pages(said: Said, truths: Mapping[Case, Truth]) -> list[Page]:
    """Pages of what was not so: broken where it ended by its due, at risk where it was over before."""
    return [page for page in said.pages() if not is_so(page, truths[page.case, page.moment])]


def false_steps(said: Said) -> list[tuple[int, Case, str]]:
    """The same of what was said: when it was found, of what, and the kind."""
    found = []
    for step in said.transitions:
        if step["kind"] in ("at_risk", "breached") and step["moment"] != "feed.heard":
            at, key = parse_rfc3339(step["found_at"]), (step["case"], step["moment"])
            page = Page(at, *key, None, step["kind"] == "breached")
            if not is_so(page, true()[key]):
                found.append((at, key, step["kind"]))
    return found


def is_so(page: Page, truth: Truth) -> bool:
    if page.broken:
        return truth.is_broken and truth.due < page.at
    return truth.over is None or truth.over > truth.due - WARNING


def assert_truth_is_complete(said: Said, outage: Outage | None) -> None:
    """At the end exactly what broke stands as broken, with its due and its end; here, and on the alerts."""
    truths, net = true(outage), said.net()
    judged = {
        key: truth
        for key, truth in truths.items()
        if truth.due <= JUDGED and (truth.over is None or not JUDGED < truth.over <= LAST)
    }
    broken = {key: Net(truth.due, True, *ended(truth)) for key, truth in judged.items() if truth.is_broken}
    assert {key: net[key] for key in judged if key in net and net[key].broken} == broken
    loud = {key: truth for key, truth in judged.items() if key in net and not truth.is_broken}
    assert {key: net[key][1:] for key in loud} == {key: (False, *ended(truth)) for key, truth in loud.items()}
    assert net.keys() <= truths.keys() | {key for key in net if key[1] == "feed.heard"}
    assert not said.kinds("breached").keys() - truths.keys() - {key for key in net if key[1] == "feed.heard"}
    alerts = said.alerts()
    assert {key for key in judged if key in alerts and alerts[key]["broken_at"] is not None} == broken.keys()
    open_alerts = {key for key, alert in alerts.items() if key in broken and not is_over(alert["state"])}
    assert open_alerts == {key for key, one in broken.items() if one.end is None}
    assert not [key for key, alert in alerts.items() if alert["state"] == "unknown"]
    assert len(broken) > 250, "there was something to judge"


def caught_unawares(known: int) -> list[Case]:
    """What ended by its due, or before its warning, and could not be heard, before it was known that nothing can."""
    return [
        key
        for key, truth in true().items()
        if truth.region == "east" and truth.moment in BROUGHT_BY_RIDERS and truth.end is not None
        for timer in (truth.due, *([truth.due - WARNING] if truth.moment == "delivery.on_time" else []))
        if CUT - 2 * SECOND < truth.end <= timer < known
    ]


def ended(truth: Truth) -> tuple[str | None, int | None]:
    """How a truth ends, and when."""
    over = truth.over
    return (None, None) if over is None or over > LAST else (truth.final(LAST), over)


# ---- the outage


def test_without_an_outage_the_chain_tells_the_truth_and_nobody_is_told_of_a_feed() -> None:
    said = after(None)
    assert false_pages(said, true()) == []
    assert_truth_is_complete(said, None)
    assert said.owner() == []
    assert not said.kinds("unknown")
    assert not said.kinds("retracted")


OUTAGES = pytest.mark.parametrize("outage", [EAST, LOST], ids=["sent later", "lost for good"])


@OUTAGES
def test_nobody_is_paged_for_what_was_delivered_in_time(outage: Outage) -> None:
    """Of no case at all, in a noon in which nothing falls due between an end that was the first to be held back and the
    word that the feed is suspect. Such a case would be told, and withdrawn on its return."""
    said = after(outage)
    assert caught_unawares(said.words(RIDERS, "east")["suspect"] + TICK) == []
    assert false_pages(said, true(outage)) == []


def test_who_is_caught_between_the_first_silence_and_suspicion_is_told_and_it_is_taken_back() -> None:
    chain = before().fork()
    spans = {"caught": 6 * SECOND, "spared": 30 * SECOND}
    for case, span in spans.items():
        data = {"store_id": "east-1", "promised_at": rfc3339(CUT + span)}
        placed = write(case, TILLS, "order.placed", CUT - MINUTE, "east", data)
        chain.publish("orders.events.v1", case.encode(), placed, CUT)
    live(chain, EAST, CUT, CUT + MINUTE)
    for case in spans:
        delivered = write(case, RIDERS, "delivery.delivered", CUT + 3 * SECOND, "east", {"store_id": "east-1"})
        chain.publish("deliveries.events.v1", case.encode(), delivered, CUT + MINUTE)
    live(chain, EAST, CUT + MINUTE, CUT + 2 * MINUTE)
    said = Said(chain)
    suspect = said.words(RIDERS, "east")["suspect"]
    assert CUT + spans["caught"] + 2 * SECOND < suspect + TICK < CUT + spans["spared"]
    kinds = {case: [step["kind"] for step in said.transitions if step["case"] == case] for case in spans}
    assert kinds["caught"][-3:] == ["breached", "retracted", "met"]
    assert kinds["spared"][-2:] == ["unknown", "met"]
    asks = [json.loads(record.value or b"") for record in chain.records(ASKS)]
    told = [(one["reason"], one["person"]) for ask in asks if ask["alert"]["case"] == "caught" for one in ask["tell"]]
    assert told[-2:] == [("broke", "east-1"), ("retracted", "east-1")]


@OUTAGES
def test_from_suspicion_to_return_nothing_that_riders_end_is_said_to_be_at_risk_or_broken(outage: Outage) -> None:
    said = after(outage)
    words = said.words(RIDERS, "east")
    assert CUT < words["suspect"] <= CUT + 30 * SECOND
    assert words["blind"] <= CUT + 90 * SECOND
    silent = [
        transition
        for transition in said.transitions
        if words["suspect"] + TICK < parse_rfc3339(transition["found_at"]) <= words["heard"]
        and transition["labels"]["region"] == "east"
        and transition["moment"] in BROUGHT_BY_RIDERS
        and transition["kind"] in ("at_risk", "worsened", "breached")
    ]
    assert [one for one in silent if one["kind"] != "breached"] == []
    # what broke and came to its end is booked as it is heard of
    ends = {(one["case"], one["moment"]): one["found_at"] for one in said.transitions if one["kind"] == "recovered"}
    assert all(ends.get((one["case"], one["moment"])) == one["found_at"] for one in silent)
    since, until = words["suspect"] + TICK, words["heard"]
    warned = [page for page in said.pages() if page.region == "east" and not page.broken and since < page.at <= until]
    assert warned == []


@pytest.mark.parametrize("outage", [EAST, LOST, THIN], ids=["sent later", "lost for good", "thin"])
def test_of_other_regions_not_a_byte_is_another(outage: Outage) -> None:
    said, quiet = after(outage).of(*OTHERS), after(None).of(*OTHERS)
    assert all(len(records) > 200 for records in quiet.values())
    assert said == quiet


@OUTAGES
def test_the_tills_of_the_region_are_judged_as_ever(outage: Outage) -> None:
    def of_tills(said: Said) -> list[Any]:
        return [
            one for one in said.transitions if one["labels"]["region"] == "east" and one["moment"] == "order.confirmed"
        ]

    assert len(of_tills(after(None))) > 20
    assert of_tills(after(outage)) == of_tills(after(None))


@pytest.mark.parametrize("outage", [EAST, LOST, ALL, THIN], ids=["sent later", "lost for good", "everything", "thin"])
def test_afterwards_the_truth_is_complete(outage: Outage) -> None:
    assert_truth_is_complete(after(outage), outage)


def test_what_was_due_meanwhile_is_unknown_once_and_most_of_it_was_met() -> None:
    said = after(EAST)
    unknown, words = said.kinds("unknown"), said.words(RIDERS, "east")
    assert set(unknown.values()) == {1}
    assert {truth.region for key, truth in true().items() if key in unknown} == {"east"}
    published = {(event.case, event.type): at for at, event in NOON.sent(EAST)}
    brought_by = {"delivery.on_time": "delivery.delivered", "courier.found": "delivery.courier_assigned"}
    margin = 3 * TICK
    must, may = set(), set()
    for key, truth in true().items():
        if truth.region != "east" or truth.moment not in brought_by or truth.cancelled is not None:
            continue
        known = published.get((truth.case, brought_by[truth.moment]), LAST)
        due = truth.due + 2 * SECOND
        if known > max(due, words["blind"]) - margin and words["suspect"] - margin < due < words["heard"] + margin:
            may.add(key)
            if known > max(due, words["blind"]) + margin and words["suspect"] + margin < due < words["heard"] - margin:
                must.add(key)
    judged = {key for key in unknown if key[1] in brought_by and true()[key].cancelled is None}
    assert must <= judged <= may
    assert len(must) > 200
    met = [key for key in unknown if not true()[key].is_broken]
    assert len(met) > 0.9 * len(unknown)


@OUTAGES
def test_the_owner_of_the_feed_is_told_once_that_it_is_blind_and_once_that_it_is_heard(outage: Outage) -> None:
    of = f"feed:{RIDERS}:east"
    assert after(outage).owner() == [("data", "broke", of), ("data", "ended", of)]


def test_when_nothing_at_all_is_heard_that_is_one_alert_and_no_page() -> None:
    said = after(ALL)
    assert false_pages(said, true()) == []
    assert said.owner() == [("data", "broke", "feed:*:*"), ("data", "ended", "feed:*:*")]
    words = said.words("*", "*")
    assert words["suspect"] <= CUT + 20 * SECOND
    news = [
        page
        for page in said.pages()
        if words["suspect"] + TICK < page.at <= words["heard"] and true()[page.case, page.moment].due > words["suspect"]
    ]
    assert news == []
    assert set(said.kinds("unknown").values()) == {1}


def test_a_feed_that_has_become_thin_is_found_in_minutes_and_nobody_is_paged_for_what_it_left_out() -> None:
    said = after(THIN)
    changes = said.changes(RIDERS, "east")
    assert [state for _, state in changes] == ["suspect", "blind", "returning", "heard"]
    suspect, blind, back, heard = (at for at, _ in changes)
    assert suspect <= CUT + 90 * SECOND
    assert blind <= CUT + 4 * MINUTE
    assert BACK < back < heard
    assert false_steps(said) == []
    assert false_pages(said, true()) == []
    assert not said.kinds("retracted")
    assert said.owner() == [("data", "broke", f"feed:{RIDERS}:east"), ("data", "ended", f"feed:{RIDERS}:east")]


def test_restarts_of_every_stage_change_nothing() -> None:
    said, steady = after(EAST, restarts=150), after(EAST)
    lives = Counter({stage: sum(shard.lives - 2 for shard in shards) for stage, shards in said.chain.stages.items()})
    assert all(lives[stage] >= 20 for stage in said.chain.stages)
    assert false_pages(said, true()) == []
    assert_truth_is_complete(said, EAST)
    assert said.owner() == steady.owner()
    assert said.net() == steady.net()
    assert said.kinds("unknown") == steady.kinds("unknown")
    assert said.of(*OTHERS) == after(None).of(*OTHERS)
