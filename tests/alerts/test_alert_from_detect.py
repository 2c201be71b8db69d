"""From events to people: what the detect stage really says, taken in by the alert stage in the same decisions."""

import json

from schemas.organisation import Organisation
from streams.alerts.organisation import Directory
from tests.alerts.alert_stage import Stage, Told, person
from tests.support.story import Story
from tests.support.story_catalogues import catalogue, moment

RULES = """
    starts: order.placed
    ends: delivery.delivered
    deadline: {at: promised_at}
    warnings: [10m]
"""
PROMISED = """
    starts: promise.made
    ends: promise.fulfilled
    deadline: {at: due_at}
    chain: {name: care, step: 1}
"""
SHAN = {"people": ["shan"]}
ACME = Directory.of(
    [Organisation.model_validate({"tenant": "acme", "people": [person("shan")], "stores": [{"id": "s1", "duty": SHAN}]})]
)


class Evening:
    """Both stages with one clock; the detect stage reads everything there is at each `at`."""

    def __init__(self, rules: str = RULES) -> None:
        self.story, self.stage = Story(catalogue(moment(rules))), Stage(ACME)

    def at(self, text: str, seconds: int = 0) -> "Evening":
        self.story.at(text, seconds)
        return self.hand_over()

    def send(self, event_type: str, **data: str) -> "Evening":
        self.story.send(event_type, "o1", store_id="s1", **data)
        return self.hand_over()

    def hand_over(self) -> "Evening":
        said, self.story.unheard = self.story.unheard, []
        self.stage.now = self.story._now
        self.stage.hear(*(json.loads(one.model_dump_json()) for one in said))
        return self

    @property
    def state(self) -> str:
        (alert,) = self.stage.alerts.values()
        return alert.state


def test_an_order_is_warned_of_breaks_and_recovers() -> None:
    evening = Evening()
    evening.at("12:00").send("order.placed", promised_at="12:30")
    evening.at("12:20", 1)
    assert evening.stage.fresh() == [Told("warned", "shan", 0)]
    evening.at("12:30", 1)
    assert evening.stage.fresh() == [Told("broke", "shan", 0)]
    (alert,) = evening.stage.alerts.values()
    assert alert.proof is not None
    assert alert.sentence is not None
    evening.at("12:36").send("delivery.delivered")
    assert (evening.stage.fresh(), evening.state) == ([Told("ended", "shan", 0)], "resolved")


def test_a_warned_order_that_arrives_in_time_is_withdrawn() -> None:
    evening = Evening()
    evening.at("12:00").send("order.placed", promised_at="12:30")
    evening.at("12:20", 1).at("12:25").send("delivery.delivered")
    assert evening.state == "resolved"
    assert [told.reason for told in evening.stage.fresh()] == ["warned", "ended"]


def test_a_breach_that_late_truth_undoes_is_retracted_to_those_who_were_told() -> None:
    evening = Evening()
    evening.at("12:00").send("order.placed", promised_at="12:30")
    evening.at("12:30", 1)
    evening.at("12:45").send("delivery.delivered", time="12:29")
    assert [told.reason for told in evening.stage.fresh()] == ["broke", "retracted"]
    assert evening.state == "retracted"


def test_an_evening_that_nobody_watched_pages_nobody() -> None:
    evening = Evening()
    evening.at("12:00").send("order.placed", promised_at="12:30")
    # the worker comes back at eight, with the delivery in its backlog
    evening.story.at("20:00").send("delivery.delivered", "o1", time="13:00", store_id="s1")
    evening.hand_over()
    assert (evening.stage.fresh(), evening.state) == ([], "found_late")


def test_a_breach_whose_end_comes_in_the_next_decision_of_the_backlog_pages_nobody_either() -> None:
    evening = Evening()
    evening.at("12:00").send("order.placed", promised_at="12:30")
    evening.at("13:30")
    assert evening.state == "firing"
    evening.at("13:30", 1).send("delivery.delivered", time="13:00")
    assert (evening.stage.fresh(), evening.state) == ([], "found_late")


def test_an_alert_knows_which_step_of_which_chain_it_is_and_what_was_promised_by_whom() -> None:
    evening = Evening(PROMISED)
    evening.at("12:00").send("promise.made", due_at="12:30", promise_id="p", person="li.na", text="Call back")
    evening.at("12:30", 1)
    (alert,) = evening.stage.alerts.values()
    assert alert.case.endswith("#p")
    assert alert.promise is not None
    assert alert.promise.model_dump() == {"id": "p", "person": "li.na", "text": "Call back"}
    assert alert.chain is not None
    assert (alert.chain.name, alert.chain.step, alert.chain.of) == ("care", 1, 1)
    evening.stage.restart()
    evening.at("12:40").send("promise.fulfilled", promise_id="p")
    (alert,) = evening.stage.alerts.values()
    assert (alert.state, alert.promise is None) == ("resolved", False)
