"""Every moment of every shipped pack: met in silence, saved, broken and recovered, called off, and standing still."""

import pytest

from tests.scenarios import (
    lives_bank,
    lives_clinic,
    lives_coffee,
    lives_common,
    lives_consulting,
    lives_hotel,
    lives_manufacturing,
    lives_platform,
    lives_postnatal,
    lives_project,
    lives_repair,
    lives_retail,
    lives_support,
    lives_tea_chain,
    lives_trade,
)
from tests.support.story import Story
from tests.support.story_of_pack import Life

PACKS = {
    "bank": lives_bank.LIVES,
    "clinic": lives_clinic.LIVES,
    "coffee": lives_coffee.LIVES,
    "common": lives_common.LIVES,
    "consulting": lives_consulting.LIVES,
    "hotel": lives_hotel.LIVES,
    "manufacturing": lives_manufacturing.LIVES,
    "platform": lives_platform.LIVES,
    "postnatal": lives_postnatal.LIVES,
    "project": lives_project.LIVES,
    "repair": lives_repair.LIVES,
    "retail": lives_retail.LIVES,
    "support": lives_support.LIVES,
    "tea_chain": lives_tea_chain.LIVES,
    "trade": lives_trade.LIVES,
}
LIVES = [pytest.param(life, id=f"{pack}-{life.moment}") for pack, lives in PACKS.items() for life in lives]
PAUSING = [
    pytest.param(life, id=f"{pack}-{life.moment}")
    for pack, lives in PACKS.items()
    for life in lives
    if life.pauses is not None
]
CANCELLED = [
    pytest.param(life, id=f"{pack}-{life.moment}")
    for pack, lives in PACKS.items()
    for life in lives
    if life.cancels is not None
]


@pytest.mark.parametrize("life", LIVES)
def test_a_moment_that_is_met_early_stays_silent(life: Life) -> None:
    life.is_met_in_silence()


@pytest.mark.parametrize("life", LIVES)
def test_a_moment_that_is_met_after_its_warning_is_said_to_be_saved(life: Life) -> None:
    life.is_saved_after_its_warning()


@pytest.mark.parametrize("life", LIVES)
def test_a_moment_that_is_not_met_breaks_at_its_due_and_recovers(life: Life) -> None:
    life.breaks_and_recovers()


@pytest.mark.parametrize("life", LIVES)
def test_a_moment_whose_end_is_heard_of_late_and_lay_in_time_never_broke(life: Life) -> None:
    life.was_in_time_after_all()


@pytest.mark.parametrize("life", CANCELLED)
def test_a_moment_that_is_called_off_does_not_break(life: Life) -> None:
    life.can_be_called_off()


@pytest.mark.parametrize("life", PAUSING)
def test_a_moment_that_is_paused_stands_still(life: Life) -> None:
    life.stands_still_while_paused()


ROUNDS = {
    "common": lives_common.ROUNDS,
    "postnatal": lives_postnatal.ROUNDS,
    "support": lives_support.ROUNDS,
}
"""Moments that begin again with each end have stories of their own in the test of their pack."""


@pytest.mark.parametrize(("pack", "lives"), PACKS.items(), ids=PACKS.keys())
def test_every_moment_of_a_pack_has_its_story(pack: str, lives: list[Life]) -> None:
    told = {life.moment for life in lives} | ROUNDS.get(pack, set())
    assert told == {one.id for one in Story([f"pack:{pack}"]).catalogue.moments}
