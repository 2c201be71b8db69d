"""A public log through the replay, and what is left of it to look at."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from streams.catalogue.load import compile_source, load
from streams.state.replay import Line, Replay
from tests.parity.judged import Said, hear, made, standing
from tests.support.public_logs import Obligations, PublicLog, Published

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, repr=False)
class Replayed:
    """`steps` are all transitions, in order, and `kinds` how many there are of each kind; `said` is what they say of each
    obligation, and `known` what the records of the cases hold in the end."""

    refused: int
    steps: list[Said]
    kinds: Counter[str]
    said: Obligations
    known: Obligations


def catalogue_file(log: PublicLog) -> Path:
    """The catalogue with the rules of the log's verdicts."""
    return HERE / f"{log.name}.yaml"


def lines(events: Iterable[Published]) -> Iterator[Line]:
    """The events as the replay takes them."""
    return (Line(event.value, event.topic, number, key=event.key) for number, event in enumerate(events))


def replay(log: PublicLog, events: Iterable[Published]) -> Replayed:
    """Events of the log, in the order given, judged up to the log's last stamp."""
    run = Replay(load([str(catalogue_file(log))]), compile_source)
    steps = [made(transition) for transition in run.run(lines(events), log.last)]
    kinds = Counter(said.kind for said in steps)
    return Replayed(len(run.refused), steps, kinds, hear(steps), standing(run.processor, log))
