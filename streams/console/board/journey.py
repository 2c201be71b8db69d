"""The catalogue as a map: the four stages, their moments in order, and what is the matter with each."""

from collections.abc import Mapping

from schemas.transition import Text
from streams.catalogue.model import Catalogue
from streams.console.board.first_page import STAGES, sum_up
from streams.console.board.looking import Look
from streams.console.board.shelf import Named, Shelf
from streams.console.board.tally import Sums
from streams.console.views import MomentCount, Stage

_NOTHING = (0, 0, 0, 0)


def journey(look: Look, shelves: Mapping[str, Shelf], catalogue: Catalogue | None, at: int) -> tuple[Stage, ...]:
    """Moments of the catalogue in its order, with nothing to count perhaps; then those that alerts alone know, by id."""
    own = list(look.shelves(shelves))
    sums = sum_up(look.open(tenant, shelf).tally.moments for tenant, shelf in own)
    days = [look.happened(shelf, at).moments for _, shelf in own]
    today = {
        name: [sum(column) for column in zip(*(day[name] for day in days if name in day), strict=True)]
        for name in {name for day in days for name in day}
    }
    known = _declared(catalogue)
    heard = sorted({*sums, *today} - set(known))
    known |= {name: next(shelf.moments[name] for _, shelf in own if name in shelf.moments) for name in heard}
    return tuple(
        Stage(
            stage,
            tuple(
                MomentCount(
                    name,
                    named.title,
                    named.severity,
                    *sums.get(name, Sums()),
                    *today.get(name, _NOTHING),
                )
                for name, named in known.items()
                if named.stage == stage and look.filter.moment in (None, name) and look.filter.stage in (None, stage)
            ),
        )
        for stage in STAGES
    )


def _declared(catalogue: Catalogue | None) -> dict[str, Named]:
    """The moments of the catalogue in its order."""
    moments = () if catalogue is None else catalogue.moments
    return {moment.id: Named(moment.stage, _text(moment.title, moment.id), moment.severity) for moment in moments}


def _text(words: Mapping[str, str], name: str) -> Text:
    """Both languages; what one lacks the other says."""
    some = next(iter(words.values()), name)
    return Text(zh=words.get("zh", some), en=words.get("en", some))
