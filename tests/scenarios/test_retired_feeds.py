"""A source that is shut down for good, through every stage of the monitor: what was unknown for its sake is judged."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from streams.clock import MINUTE, SECOND, parse_rfc3339, rfc3339
from streams.partition import partition_of
from tests.support.tea_noon import CATALOGUE, RIDERS, TENANT, TILLS, organisation, write
from tests.support.whole_chain import ALERTS, FEEDS, NOTICES, PARTITIONS, TRANSITIONS, Chain

NOON = parse_rfc3339("2026-11-02T12:00:00Z")
OLD, NEW = RIDERS, "/riders/new"
ORDERS = tuple(f"o{number}" for number in range(4))


class Day:
    """A chain in which two sources of riders beat every ten seconds, as long as they live."""

    def __init__(self) -> None:
        self.chain, self.now = Chain(CATALOGUE, organisation()), NOON
        self.alive = {OLD, TILLS}
        # every shard learns who brings deliveries
        homes = {partition_of(f"d{number}", PARTITIONS): f"d{number}" for number in range(40)}
        assert len(homes) == PARTITIONS
        for case in homes.values():
            self.send(case, OLD, "delivery.delivered")

    def send(self, case: str, source: str, event: str, region: str = "east", **data: Any) -> None:
        """An event is published now."""
        value = write(case, source, event, self.now, region, {"store_id": "east-1"} | data)
        self.chain.publish("orders.events.v1", case.encode(), value, self.now)

    def run(self, span: int, restarts: bool = False) -> "Day":
        """Time passes; each shard may be restarted with every step."""
        for _ in range(span // (2 * SECOND)):
            self.now += 2 * SECOND
            if self.now % (10 * SECOND) == 0:
                for source in sorted(self.alive):
                    self.send(f"{source}-{self.now}", source, "feed.heartbeat", interval=10)
            if restarts:
                for shard in self.chain.shards:
                    shard.restart()
            self.chain.tick(self.now)
        return self

    def said(self, case: str, moment: str) -> list[Mapping[str, Any]]:
        """All that was said of a moment of a case."""
        found = [json.loads(record.value or b"") for record in self.chain.records(TRANSITIONS)]
        return [one for one in found if (one["case"], one["moment"]) == (case, moment)]

    def kinds(self, case: str, moment: str = "delivery.on_time") -> list[str]:
        return [one["kind"] for one in self.said(case, moment)]

    def told(self, person: str) -> list[tuple[str, str, str]]:
        """What a person was told: why, and of which moment of which case."""
        found = [json.loads(record.value or b"") for record in self.chain.records(NOTICES)]
        return [(one["reason"], one["alert"]["case"], one["alert"]["moment"]) for one in found if one["person"] == person]

    def words(self, source: str) -> list[str | None]:
        """What was said of a feed to a shard, None for a tombstone."""
        key = f"{TENANT}\x1f{source}\x1feast".encode()
        records = [record for record in self.chain.log[FEEDS, 0] if record.key == key]
        return [None if record.value is None else json.loads(record.value)["state"] for record in records]


def shut_down(*, restarts: bool = False) -> Day:
    """The riders' old source is silent, and what is due there is unknown."""
    day = Day().run(2 * MINUTE, restarts)
    for case in ORDERS:
        day.send(case, TILLS, "order.placed", promised_at=rfc3339(day.now + 6 * MINUTE))
        day.send(case, TILLS, "order.accepted")
    day.alive.remove(OLD)
    day.run(10 * MINUTE, restarts)
    assert day.words(OLD)[-1] == "blind"
    assert [day.kinds(case) for case in ORDERS] == [["unknown"]] * len(ORDERS)
    assert day.told("east-1") == []
    assert day.told("data") == [("broke", f"feed:{OLD}:east", "feed.heard")]
    return day


@pytest.mark.parametrize("restarts", [False, True], ids=["one worker", "restarts with every step"])
def test_what_was_owed_is_told_once_the_silent_source_is_retired(restarts: bool) -> None:
    day = shut_down(restarts=restarts)
    day.send("o0", OLD, "feed.retired")  # of a case's own name, and no fact of it
    day.run(30 * SECOND, restarts)
    assert day.words(OLD)[-2:] == ["blind", None]
    assert [day.kinds(case) for case in ORDERS] == [["unknown", "breached"]] * len(ORDERS)
    due = NOON + 8 * MINUTE
    assert {parse_rfc3339(day.said(case, "delivery.on_time")[1]["at"]) for case in ORDERS} == {due}
    assert {reason for reason, *_ in day.told("east-1")} == {"broke"}
    assert day.kinds(f"feed:{OLD}:east", "feed.heard") == ["breached", "expired"]
    assert "was retired upstream" in day.said(f"feed:{OLD}:east", "feed.heard")[1]["sentence"]["en"]
    assert day.told("data")[1:] == [("ended", f"feed:{OLD}:east", "feed.heard")]
    alerts = {
        json.loads(record.value or b"")["case"]: json.loads(record.value or b"") for record in day.chain.records(ALERTS)
    }
    assert alerts[f"feed:{OLD}:east"]["state"] == "resolved"
    day.run(10 * MINUTE, restarts)
    assert day.words(OLD)[-1] is None
    assert [day.kinds(case)[:2] for case in ORDERS] == [["unknown", "breached"]] * len(ORDERS)


def test_a_source_under_a_new_name_is_another_feed_and_the_old_one_may_come_back_as_a_new_one() -> None:
    day = shut_down()
    day.alive.add(NEW)
    day.send(OLD, OLD, "feed.retired")
    day.run(MINUTE)
    day.alive.add(OLD)
    day.run(MINUTE)
    assert (day.words(OLD)[-2:], day.words(NEW)) == ([None, "heard"], ["heard"])
    day.alive.remove(OLD)
    day.run(2 * MINUTE)
    assert day.kinds(f"feed:{OLD}:east", "feed.heard") == ["breached", "expired", "breached"]
    assert [one["occurrence"] for one in day.said(f"feed:{OLD}:east", "feed.heard")] == [1, 1, 2]
