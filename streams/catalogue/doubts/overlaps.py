"""Two clocks for the same stretch of the same case, which are hardly meant, whatever their deadlines."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from streams.catalogue.document.moments import MomentFile
from streams.catalogue.document.triggers import Trigger
from streams.catalogue.doubts.doubt import Doubt
from streams.catalogue.doubts.somewhere import places_of
from streams.catalogue.entries import Entry
from streams.catalogue.overlap import alike
from streams.catalogue.policy import Policies, Table


def doubles(everything: Sequence[Entry], policies: Policies) -> Iterator[Doubt]:
    """Moments that start and end with the same events as another and take the same cases, unless policies leave but one
    of the two on wherever they speak of them."""
    for first, second in combinations(everything, 2):
        one, two = first.moment, second.moment
        if not (alike(_begins(one), _begins(two)) and alike(_closes(one), _closes(two))):
            continue
        if _apart(policies, one.id, two.id):
            continue
        text = (
            f"'{two.id}' starts and ends with the same events as '{one.id}' "
            f"({first.document.places.at((*first.path, 'id'))}), so both run for the same case; tell them apart with "
            f"where:, or join them with targets:"
        )
        yield Doubt(second.document, (*second.path, "id"), text)


def _begins(moment: MomentFile) -> list[Trigger]:
    return [
        *moment.starts,
        *(moment.expects.from_ if moment.expects else ()),
        *(moment.expects.on if moment.expects and moment.expects.begins == "any" else ()),
    ]


def _closes(moment: MomentFile) -> list[Trigger]:
    return [*moment.ends, *(moment.expects.on if moment.expects else ())]


def _apart(policies: Policies, one: str, two: str) -> bool:
    """Whether one of the moments is off at every place that stores and policies know of."""
    tables = [policies.fields.get(name, {}).get("off", Table()) for name in (one, two)]
    found = [
        [said is not None and bool(said.value) for said in (table.find(place) for table in tables)]
        for place in places_of(policies, tables)
    ]
    return bool(found) and all(map(any, found))
