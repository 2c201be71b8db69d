"""Which names lint takes for slips of the hand, and which it leaves alone."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from streams.catalogue.doubts.names import is_slip
from tests.support.effort import explore

WORDS = st.text("abcdefgh", min_size=5, max_size=9)
NAMES = st.lists(WORDS, min_size=2, max_size=3, unique=True)


@explore(80)
@given(NAMES, st.data())
def test_one_slip_in_one_word_is_seen_from_both_sides(words: list[str], data: st.DataObject) -> None:
    which = data.draw(st.integers(0, len(words) - 1))
    word = words[which]
    at = data.draw(st.integers(0, len(word) - 1))
    slips = {
        "too few": word[:at] + word[at + 1 :],
        "too many": f"{word[:at]}x{word[at:]}",
        "another": f"{word[:at]}x{word[at + 1 :]}",
        "changed places": word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    }
    for kind, slip in slips.items():
        other = [*words[:which], slip, *words[which + 1 :]]
        if slip != word:
            assert is_slip(".".join(words), ".".join(other)), kind
            assert is_slip(".".join(other), ".".join(words)), kind


@explore(40)
@given(NAMES, st.data())
def test_two_slips_are_another_name(words: list[str], data: st.DataObject) -> None:
    other = [f"x{words[0]}", f"y{words[1]}", *words[2:]]
    assert not is_slip(".".join(words), ".".join(other))
    assert not is_slip(".".join(words), ".".join([f"xy{words[0]}", *words[1:]]))


@explore(40)
@given(NAMES, st.randoms(use_true_random=False))
def test_the_order_of_words_and_what_stands_between_them_is_a_slip(words: list[str], chance: Random) -> None:
    name = ".".join(words)
    assert not is_slip(name, name)
    assert is_slip(name, "_".join(words))
    shuffled = words[:]
    chance.shuffle(shuffled)
    assert is_slip(name, ".".join(shuffled)) == (shuffled != words)


def test_numbers_and_short_words_tell_names_apart() -> None:
    assert not is_slip("floor1.bell", "floor2.bell")
    assert not is_slip("step9.done", "step10.done")
    assert not is_slip("bed.made", "red.made")
    assert not is_slip("guest.checked_in", "guest.checked_on")
    assert not is_slip("visit.scheduled", "visit.rescheduled")
