"""Whose day is shown: what the stage has to know of a company. The tea chain is one; packs have theirs (`pack`)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from streams.demo.events import TICKETS, closing_promise
from streams.demo.heartbeats import CHAIN, Source
from streams.demo.hired import CATALOGUE
from streams.demo.simulate import Day, Simulation
from streams.demo.world import TENANT


class Company(Protocol):
    """A company whose days can be simulated."""

    @property
    def tenant(self) -> str:
        """Its name in every event."""

    @property
    def title(self) -> Mapping[str, str]:
        """What the view is headed with, by language."""

    @property
    def sources(self) -> Sequence[Source]:
        """The systems that publish for it."""

    @property
    def closing_topic(self) -> str:
        """Where `closing` goes."""

    def closing(self, case: str, made: int, due: int) -> bytes:
        """A promise, made and due at these instants, that nobody will keep."""

    def catalogue(self, folder: Path) -> Sequence[Path]:
        """The files of its catalogue; what does not exist is written into the folder."""

    def open(self, seed: int, opening: int) -> Day:
        """Its day from the instant `opening` on."""


class TeaChain:
    """The chain of `world`, with a catalogue of its own."""

    tenant: Final = TENANT
    title: Final[Mapping[str, str]] = {"en": "Tea chain, live", "zh": "茶饮连锁 · 实时"}
    sources: Final[Sequence[Source]] = CHAIN
    closing_topic: Final = TICKETS

    def closing(self, case: str, made: int, due: int) -> bytes:
        return closing_promise(case, made, due)

    def catalogue(self, folder: Path) -> Sequence[Path]:  # noqa: ARG002  (the protocol's)
        return [CATALOGUE]

    def open(self, seed: int, opening: int) -> Day:
        return Simulation(seed, opening)
