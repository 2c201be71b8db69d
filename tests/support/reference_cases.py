"""Prints a random catalogue and history so that a person can follow it, and compares engine and reference on it."""

from collections import defaultdict

from streams.catalogue.model import Role
from tests.support.hand_built import HandBuilt, Trigger
from tests.support.histories import BEGIN, History
from tests.support.reference import Reference, Said
from tests.support.reference_drive import TENANT, Arrives, Engine

Story = tuple[HandBuilt, History]


def describe(story: Story) -> str:
    """The catalogue and the steps, a line each."""
    catalogue, history = story
    lines = []
    for one in catalogue.moments:
        warnings = [str(warning) for warning in one.warnings]
        if one.grade is not None:
            warnings += ["in a mood critical with", *map(str, one.own_warnings)]
        lines.append(
            f"{one.id}: {one.deadline} calendar {one.calendar.id}, warnings {warnings}, "
            f"rises {[(rise.after, rise.to) for rise in one.rises]}, reopening {one.reopening}, repeats {one.repeats}, "
            f"journal {one.journal}, off in a mood {one.off is not None}, time to live {one.time_to_live}, "
            f"follows {[(hit.moment, Role(hit.roles).name) for hit in one.follows]}"
        )
        for closing in one.several:
            parts = [(number, part.times) for number, part in enumerate(closing.parts, closing.first)]
            lines.append(f"  {Role(closing.role).name} when all have come: {parts}")
        lines.append(f"  pauses that last: {one.lasting:b}")
        for kind, hold in enumerate(one.holds, 1):
            lines.append(f"  pause {kind} is part {_bit(hold.begins)}, its end part {_bit(hold.ends)}")
    lines += [
        f"  m{t.moment} {_role(t)} on {t.type}, mood {t.mood}, near {t.near}, due {t.due}" for t in catalogue.triggers
    ]
    lines.append(f"  the clock is at {BEGIN}")
    for step in history.steps:
        if isinstance(step, Arrives):
            fact = step.fact
            lines.append(f"  {fact.source}/{fact.id} {fact.type} at {fact.at} {fact.fields}")
        else:
            lines.append(f"  the clock moves to {step.until}")
    return "\n".join(lines)


def _role(trigger: Trigger) -> str:
    if trigger.roles >= Role.COUNT:
        return f"part {_bit(trigger.roles)}"
    return f"{Role(trigger.roles).name}{f' if the mood is {trigger.needs}' if trigger.needs else ''}"


def _bit(roles: int) -> int:
    return (roles // Role.COUNT).bit_length() - 1


def differences(story: Story, *, everything: bool, lazy: bool = True, stored: bool = False) -> str:
    """Where the engine first says other than the reference, and "" where it never does.

    Compared step by step: for each occurrence the same list of transitions, all of them or the published ones.
    """
    catalogue, history = story
    reference = Reference(catalogue, TENANT, BEGIN)
    engine = Engine(catalogue, BEGIN, everything=everything, lazy=lazy, stored=stored)
    for step in history.steps:
        if isinstance(step, Arrives):
            true, said = reference.arrive(step.fact), engine.arrive(step.fact)
        else:
            true, said = reference.move(step.until), engine.move(step.until)
        if _by_occurrence(true, everything) != _by_occurrence(said, everything):
            spoken = "".join(f"\n  {one}" for one in true if everything or one.published)
            heard = "".join(f"\n  {one}" for one in said)
            return f"{describe(story)}\nat {step}\nthe reference says{spoken}\nthe engine says{heard}"
    return ""


def _by_occurrence(said: list[Said], everything: bool) -> dict[tuple[str, int], list[Said]]:
    found: dict[tuple[str, int], list[Said]] = defaultdict(list)
    for one in said:
        if everything or one.published:
            found[one.moment, one.occurrence].append(one)
    return found
