"""The life of each moment of a pack: met in silence, saved, broken and recovered, called off, and standing still."""

from dataclasses import dataclass, field
from typing import Any

from tests.support.story import Story

Sent = tuple[str, dict[str, Any]]
BEGIN = "10:00"
IN_TIME = "10:00:20"
PAUSE = "10:00:30"


@dataclass(frozen=True)
class Life:
    """One moment that begins at ten in the morning, Monday, Shanghai: what begins and ends it, and when it speaks.

    `resumes` are the event, its time, and the due that follows; the pause begins half a minute past ten. What nothing
    calls off has None for `cancels`.
    """

    moment: str
    begins: tuple[Sent, ...]
    ends: Sent
    cancels: Sent | None
    warned: tuple[str, ...]
    due: str
    pauses: Sent | None = None
    resumes: tuple[str, str, str] | None = None
    packs: tuple[str, ...] = field(default=())

    def begun(self) -> Story:
        """The story at ten, the moment running."""
        story = Story([f"pack:{name}" for name in self.packs], zone="Asia/Shanghai").at(BEGIN)
        for event_type, data in self.begins:
            story.send(event_type, "c1", **data)
        return self._only(story).expect_nothing()

    def _only(self, story: Story) -> Story:
        return story.skip(*(one.id for one in story.catalogue.moments if one.id != self.moment))

    def look(self, story: Story, at: str, seconds: int = 0) -> Story:
        """Only this moment, a little later."""
        return self._only(story.at(at, seconds))

    def tell(self, story: Story, sent: Sent) -> Story:
        """Only this moment, after another event."""
        event_type, data = sent
        return self._only(story.send(event_type, "c1", **data))

    def is_met_in_silence(self) -> None:
        """Ended in time and before any warning: nobody hears of it."""
        story = self.begun()
        self.look(story, BEGIN, 20)
        self.tell(story, self.ends)
        self.look(story, self.due, 1).expect_nothing()

    def is_saved_after_its_warning(self) -> None:
        """Ended in time after a warning: that is said, since the warning was."""
        story = self.begun()
        self.look(story, self.warned[0]).expect_nothing()
        self.look(story, self.warned[0], 1).expect("at_risk", "c1", at=self.warned[0], due=self.due)
        self.tell(story, self.ends).expect("met", "c1", due=self.due)
        self.look(story, self.due, 1).expect_nothing()

    def breaks_and_recovers(self) -> None:
        """At the due nothing is late yet; a second later it is broken, as of the due; the end comes after all."""
        story = self.begun()
        self.look(story, self.due)
        for warning in self.warned:
            story.expect("at_risk", "c1", at=warning, due=self.due)
        story.expect_nothing()
        self.look(story, self.due, 1).expect("breached", "c1", at=self.due, due=self.due)
        self.tell(story, self.ends).expect("recovered", "c1", due=self.due)
        story.expect_nothing()

    def was_in_time_after_all(self) -> None:
        """Its end is heard of only after the breach, and lay before everything: what was said is taken back."""
        story = self.begun()
        self.look(story, self.due, 1)
        for _ in self.warned:
            story.expect("at_risk", "c1")
        story.expect("breached", "c1", due=self.due)
        event_type, data = self.ends
        self._only(story.send(event_type, "c1", time=IN_TIME, **data))
        story.expect("retracted", "c1", at=IN_TIME)
        story.expect("met", "c1", at=IN_TIME)
        self.look(story, "+60d 10:00").expect_nothing()

    def can_be_called_off(self) -> None:
        """Cancelled before it breaks: it never breaks."""
        assert self.cancels is not None
        story = self.begun()
        self.look(story, self.warned[0], 1).expect("at_risk", "c1")
        self.tell(story, self.cancels).expect("cancelled", "c1")
        self.look(story, self.due, 1).expect_nothing()

    def stands_still_while_paused(self) -> None:
        """A pause moves the due by as much open time as it took."""
        assert self.pauses is not None
        assert self.resumes is not None
        event_type, at, due = self.resumes
        story = self.begun()
        self.look(story, PAUSE)
        self.tell(story, self.pauses)
        self.look(story, self.due, 1).expect_nothing()
        self.look(story, at)
        self.tell(story, (event_type, {})).expect_nothing()
        self.look(story, due, 1)
        for _ in self.warned:
            story.expect("at_risk", "c1", due=due)
        story.expect("breached", "c1", due=due)
        story.expect_nothing()
