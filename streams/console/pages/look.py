"""How one reader is spoken to: language, time zone, and times and spans as they read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from starlette.requests import Request

from schemas.alert import Alert
from schemas.command import Scope
from schemas.organisation import Language
from schemas.transition import Text
from streams.clock import DAY, HOUR, MINUTE, SECOND, as_datetime, instant, rfc3339
from streams.console.pages.feed_words import feed_name, feed_of, feed_title, is_about_feed
from streams.console.viewer import Viewer
from streams.console.words import LANGUAGES, Words, words
from streams.notify.when import local, span, zone_of

COOKIE = "lang"
_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Look:
    """A language and a time zone at an instant. Templates call it for every word and every time they write."""

    language: Language
    zone: str
    at: int
    t: Words = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "t", words(self.language))

    @property
    def tz(self) -> tzinfo:
        """The reader's zone; UTC where its name is none."""
        return zone_of(self.zone)[0]

    def text(self, text: Text | None) -> str:
        """A text of the contract in the reader's language, or in the other where it is empty."""
        if text is None:
            return ""
        first, second = (text.zh, text.en) if self.language == "zh" else (text.en, text.zh)
        return first or second

    def clock(self, at: int | datetime, zone: str | None = None) -> str:
        """`18:30`, with seconds where there are any, and the date where it is not today's."""
        moment = as_datetime(at) if isinstance(at, int) else at
        return local(moment.replace(microsecond=0), zone or self.zone, as_datetime(self.at), self.language)

    def minute(self, at: int | datetime) -> str:
        """The same without seconds, where minutes are exact enough."""
        moment = as_datetime(at) if isinstance(at, int) else at
        return self.clock(moment.replace(second=0, microsecond=0))

    def elsewhere(self, at: datetime | None, alert: Alert) -> str | None:
        """The time at the store with its zone, where its clock shows another time than the reader's; else None."""
        zone = store_zone(alert)
        if at is None or zone is None or zone == self.zone:
            return None
        moment = at.replace(microsecond=0)
        there, known = zone_of(zone)
        if not known or moment.astimezone(there).utcoffset() == moment.astimezone(self.tz).utcoffset():
            return None
        return f"{self.clock(moment.replace(second=0), zone)} {zone.rpartition('/')[2].replace('_', ' ')}"

    def iso(self, at: int | datetime) -> str:
        """For machines: RFC 3339 in UTC."""
        return rfc3339(at if isinstance(at, int) else instant(at))

    def ms(self, at: int | datetime) -> int:
        """For scripts: milliseconds since 1970."""
        return (at if isinstance(at, int) else instant(at)) // 1000

    def when(self, at: int) -> datetime:
        """An instant as a datetime."""
        return as_datetime(at)

    def local_input(self, at: int) -> str:
        """An instant as the browser's field for local times has it."""
        return f"{as_datetime(at).astimezone(self.tz):%Y-%m-%dT%H:%M}"

    def read_input(self, text: str) -> int:
        """The instant of such a field, in the reader's zone, or of a time with an offset. ValueError for other texts."""
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.tz)
        if not 1971 <= moment.year < 2200:  # so far from the ends of the calendar every zone can be worked out
            raise ValueError(f"the year {moment.year} is none of ours")
        return instant(moment)

    def number(self, value: float) -> str:
        """A figure of what is usual, as exact as it is meant."""
        return f"{value:.1f}" if value < 10 and value != int(value) else f"{value:.0f}"

    def title(self, alert: Alert) -> str:
        """What an alert is called: its moment, or what is the matter with its feed."""
        return feed_title(alert, self.t) if is_about_feed(alert) else self.text(alert.title) or alert.moment

    def feed(self, alert: Alert) -> str:
        """The feed that an alert is about; empty for those of cases."""
        return feed_name(*feed_of(alert), self.t) if is_about_feed(alert) else ""

    def sentence(self, alert: Alert) -> str:
        """The sentence of an alert without its title, which stands before it."""
        said, title = self.text(alert.sentence), self.text(alert.title)
        for colon in ("：", ": "):
            said = said.removeprefix(title + colon)
        return said[:1].upper() + said[1:]

    def dated(self, at: int | datetime) -> str:
        """The time with its day, also where that is today: for what is read on another day, or spans midnight."""
        moment = as_datetime(at) if isinstance(at, int) else at
        elsewhen = moment - timedelta(days=2)  # seen from another day of the same year, the day is said
        if elsewhen.astimezone(self.tz).year != moment.astimezone(self.tz).year:
            elsewhen = moment + timedelta(days=2)
        return local(moment.replace(second=0, microsecond=0), self.zone, elsewhen, self.language)

    def same_day(self, one: int, other: int) -> bool:
        """Whether two instants are of one day where the reader is."""
        return as_datetime(one).astimezone(self.tz).date() == as_datetime(other).astimezone(self.tz).date()

    def scope(self, scope: Scope) -> str:
        """What a mute covers."""
        named = (("region", scope.region), ("store", scope.store), ("moment", scope.moment))
        return " · ".join(f"{self.t('filter.' + name)} {value}" for name, value in named if value)

    def span(self, microseconds: int) -> str:
        """`5 min 12 s`: the two largest units."""
        return span(abs(microseconds), self.language)

    def ago(self, at: int | datetime) -> str:
        """How long ago that was, in words."""
        return self.t("time.ago", span=self.span(max(0, self.at - (at if isinstance(at, int) else instant(at)))))

    def until(self, due: datetime) -> str:
        """What is left of a clock, or how far it is over: `4:40`, `+14:06`. Scripts carry it on from there."""
        left = instant(due) - self.at
        return ("+" if left < 0 else "") + countdown(abs(left), self.language)

    def is_past(self, due: datetime) -> bool:
        """Whether that instant is behind us."""
        return instant(due) < self.at

    def used(self, alert: Alert) -> int | None:
        """How much of the allowed time is gone, in percent; None where the clock has no due."""
        if alert.due_at is None:
            return None
        start = started(alert)
        allowed = instant(alert.due_at) - start
        return 100 if allowed <= 0 else max(0, min(100, (self.at - start) * 100 // allowed))

    def started(self, alert: Alert) -> int:
        """When the alert's clock began, as the script wants it."""
        return started(alert) // 1000

    def steps(self, playbook: Mapping[str, Sequence[str]]) -> Sequence[str]:
        """The playbook in the reader's language, or in whatever language there is."""
        return playbook.get(self.language) or next((steps for steps in playbook.values() if steps), ())


def look_of(request: Request, viewer: Viewer | None, at: int) -> Look:
    """The reader's language: asked for by `lang`, remembered, that of the account, the browser's; Chinese else."""
    language: Language
    asked = request.query_params.get("lang") or request.cookies.get(COOKIE)
    if asked in LANGUAGES:
        language = asked
    elif viewer is not None:
        language = viewer.language
    else:
        language = preferred(request.headers.get("accept-language", ""))
    return Look(language, viewer.time_zone if viewer is not None else _ZONE, at)


def preferred(accepted: str) -> Language:
    """The language of ours that an Accept-Language header likes best; Chinese where it names neither."""
    best: tuple[float, Language] = (0.0, "zh")
    for part in accepted[:512].split(","):
        name, _, rest = part.strip().partition(";")
        try:
            weight = float(rest.strip().removeprefix("q=")) if rest else 1.0
        except ValueError:
            continue
        for language in LANGUAGES:
            if name.lower().split("-")[0] == language and weight > best[0]:
                best = (weight, language)
    return best[1]


def countdown(microseconds: int, language: Language) -> str:
    """`0:07`, `14:06`, `1:02:03`; beyond a day in words."""
    if microseconds >= DAY:
        return span(microseconds, language)
    hours, rest = divmod(microseconds, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds = rest // SECOND
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def started(alert: Alert) -> int:
    """When the clock of an alert began: as its proof says, else when the alert was raised."""
    said = alert.proof.get("started_at") if alert.proof else None
    try:
        return instant(datetime.fromisoformat(said)) if isinstance(said, str) else instant(alert.raised_at)
    except (ValueError, TypeError):  # a proof of another release: the bar may be coarse, the page must stand
        return instant(alert.raised_at)


def store_zone(alert: Alert) -> str | None:
    """The time zone that the clock of an alert was reckoned in: the one of its store."""
    zone = alert.proof.get("time_zone") if alert.proof else None
    return zone if isinstance(zone, str) and zone_of(zone)[1] else None
