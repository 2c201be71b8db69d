"""What the audit says of an alert, told to one reader: who did what and why, in their language and their time zone.

The audit is written once, for machines and auditors: ids, UTC, names of reasons. What is not understood (a line of
another release) is told by its deed alone; the raw text is at hand beside it in any case.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from schemas.alert import MONITOR, Alert, AuditLine
from schemas.transition import Text
from streams.clock import parse_rfc3339
from streams.console.pages.look import Look
from streams.console.pages.story_words import BY_LINK, FOUND_LATE, KIND, gone_because, held_because
from streams.console.views import Entry

_NOBODY: Mapping[str, str] = MappingProxyType({})
_TELLING = re.compile(r"(?:(\w+): )?(\w+) for (.+?): (.*)", re.S)
_ROLLED = re.compile(r"[^:]+: (\w+) for (.+)", re.S)
_STEP = re.compile(r"step (\d+): (\w+)")
_NOBODY_ON = re.compile(r"step \d+: nobody on duty for (\w+), and no fallback")
_LEFT = re.compile(r"(.+) was told and is no longer in the organisation", re.S)
_HAD = re.compile(r"(.+) had it", re.S)
_ASSIGNED = re.compile(r"to (.+?)(?:: (.*))?", re.S)
_UNTIL = re.compile(r"until (\S+?Z)(?:: (.*))?", re.S)
_CLOSED = re.compile(r"([a-z_]+)(, useful|, not useful)?(?:: (.*))?", re.S)
_REFUSED = re.compile(r"(\w+): (\w+)(?:: (.*))?", re.S)
_NO_EFFECT = re.compile(r"(\w+): it (?:is (\w+)|has ended)(?:: (.*))?", re.S)


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the audit in words. `more` is ours, `quote` is what a person wrote, `raw` what stands in the audit."""

    who: str
    what: str
    more: str = ""
    quote: str = ""
    raw: str = ""


class Story:
    """Tells lines to one reader. `names`: people by id. `titles`: moments by id, where several are told of."""

    def __init__(
        self,
        look: Look,
        names: Mapping[str, str],
        alerts: Iterable[Alert] = (),
        entries: Iterable[Entry] = (),
        titles: Mapping[str, str] = _NOBODY,
    ) -> None:
        self._look, self._t, self.names, self._titles = look, look.t, names, titles
        said = [*alerts, *(entry.notice.alert for entry in entries if entry.notice is not None)]
        self._sentences = {one.sentence.en: (one.sentence, one.title) for one in said if one.sentence is not None}

    def title(self, moment: str | None) -> str:
        """The title of a moment, where several are told of."""
        return self._titles.get(moment or "", "")

    def who(self, person: str) -> str:
        """Somebody's name; whoever has none is told by id."""
        return self._t("said.monitor") if person == MONITOR else self.names.get(person, person)

    def of(self, line: AuditLine) -> Told:
        """One line."""
        what, more, quote = self._tell(line)
        raw = f"{line.what}: {line.why}" if line.why else line.what
        return Told(self.who(line.by), what, more, quote, f"{line.by} {raw}")

    def _tell(self, line: AuditLine) -> tuple[str, str, str]:
        t, why = self._t, line.why
        what = t.named("what", line.what)
        if line.what in ("held", "let_go", "rolled_up", "nobody_to_tell"):
            return what, self._telling(line), ""
        if line.what in ("refused", "no_effect"):
            return self._in_vain(line)
        if line.by == MONITOR:
            return self._by_monitor(line)
        if line.what == "assigned" and (said := _ASSIGNED.fullmatch(why)):
            return t("history.assigned", who=self.who(said[1])), "", said[2] or ""
        if line.what == "snoozed" and (said := _UNTIL.fullmatch(why)):
            return t("history.snoozed", at=self._clock(said[1])), "", said[2] or ""
        if line.what == "closed" and (said := _CLOSED.fullmatch(why)):
            useful = {None: "", ", useful": t("act.useful_yes"), ", not useful": t("act.useful_no")}[said[2]]
            because = t.named("because", said[1])
            return what, t("list.and").join(part for part in (because, useful) if part), said[3] or ""
        if why == BY_LINK:
            return what, t("history.by_link"), ""
        return what, "", why

    def _by_monitor(self, line: AuditLine) -> tuple[str, str, str]:
        t, why = self._t, line.why
        what = t.named("what", line.what)
        if steps := _STEP.findall(why):
            told = [t("history.step", n=int(step) + 1, reason=t.named("reason", reason)) for step, reason in steps]
            return what, t("list.and").join(told), ""
        if line.what == "acknowledgement_expired" and (had := _HAD.fullmatch(why)):
            return t("history.expired", who=self.who(had[1])), "", ""
        kind, _, said = why.partition(": ")
        if kind not in KIND:
            return what, "", ""
        if line.what in ("ended", "moved", "booked_late"):
            what = t.named("history.kind", kind) if line.what != "booked_late" else what
        if said == FOUND_LATE:
            return what, t("history.found_late"), ""
        sentence, title = self._sentences.get(said, (Text(zh="", en=said), None))
        return what, self._bare(sentence, title), ""

    def _bare(self, sentence: Text, title: Text | None) -> str:
        """The sentence in the reader's language, and in no other: English is no help to who asked for Chinese."""
        said = sentence.zh if self._look.language == "zh" else sentence.en
        for colon in ("：", ": "):
            said = said.removeprefix(self._look.text(title) + colon) if title is not None else said
        return said[:1].upper() + said[1:]

    def _telling(self, line: AuditLine) -> str:
        t, why = self._t, line.why
        if line.what == "nobody_to_tell":
            if said := _NOBODY_ON.fullmatch(why):
                return t("history.nobody_on", level=t.named("level", said[1]))
            left = _LEFT.fullmatch(why)
            return t("history.left", who=self.who(left[1])) if left else ""
        said = _ROLLED.fullmatch(why) if line.what == "rolled_up" else _TELLING.fullmatch(why)
        if said is None:
            return ""
        if line.what == "rolled_up":
            return t("history.rolled_up", who=self.who(said[2]), reason=t.named("reason", said[1]))
        cause, reason, person, rest = said.groups()
        because = held_because(t, cause, self._until(rest)) if line.what == "held" else gone_because(t, rest)
        told = t("history.message", who=self.who(person), reason=t.named("reason", reason))
        return t("history.joined", told=told, because=because) if because else told

    def _in_vain(self, line: AuditLine) -> tuple[str, str, str]:
        t, what = self._t, self._t.named("what", line.what)
        said = (_REFUSED if line.what == "refused" else _NO_EFFECT).fullmatch(line.why)
        if said is None:
            return what, "", ""
        if line.what == "refused":
            reason, do, _ = said.groups()
            why = t("history.faster") if reason == "changed" else t.named("refused", reason)
            return t("history.refused", do=t.named("history.do", do)), why if why != reason else "", ""
        do, state, words = said.groups()
        over = t.named("state", state) if state else t("plight.over")
        wrote = (words or "") if do == "comment" else ""
        return t("history.no_effect", do=t.named("history.do", do)), over, wrote

    def _until(self, rest: str) -> str:
        said = _UNTIL.fullmatch(rest)
        return self._clock(said[1]) if said else ""

    def _clock(self, text: str) -> str:
        try:
            return self._look.clock(parse_rfc3339(text))
        except ValueError:
            return text


def titles_of(alerts: Iterable[Alert], look: Look) -> dict[str, str]:
    """Moments by id, under the titles that these alerts have."""
    return {one.moment: look.text(one.title) or one.moment for one in alerts}
