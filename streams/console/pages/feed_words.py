"""What is said of feeds: of an alert that is about one, and of those that are not heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from schemas.alert import Alert
from streams.console.views import Source
from streams.console.words import Words
from streams.feeds.journal import MOMENT
from streams.feeds.records import ALL

_PREFIX = "feed:"


def is_about_feed(alert: Alert) -> bool:
    """Whether the feed stage raised it: its case is a feed, which has no store and which detection does not know."""
    return alert.moment == MOMENT and alert.case.startswith(_PREFIX)


def feed_of(alert: Alert) -> tuple[str, str]:
    """Source and region ("" for none) of the feed that an alert is about: `feed:<source>:<region>`, the colons of the
    region written as %3A."""
    source, _, region = alert.case.removeprefix(_PREFIX).rpartition(":")
    return source, region.replace("%3A", ":").replace("%25", "%")


def feed_title(alert: Alert, t: Words) -> str:
    """What is the matter with the feed of an alert."""
    everything = feed_of(alert)[0] == ALL
    if alert.ended_at is None:
        return t("heard.silent_all") if everything else t("heard.silent")
    if alert.kind == "expired":
        return t("heard.gone")
    return t("heard.back_all") if everything else t("heard.back")


def feed_name(source: str, region: str | None, t: Words) -> str:
    """`/pos · east`; all feeds in words."""
    return t("heard.all") if source == ALL else f"{source} · {region or t('heard.no_region')}"


@dataclass(frozen=True, slots=True)
class Band:
    """Feeds of one region that are not heard, for one line. `silent_since` is the earliest of them."""

    tenant: str
    everything: bool
    returning: bool
    region: str | None
    sources: tuple[str, ...]
    silent_since: int


def bands(unheard: Sequence[Source]) -> list[Band]:
    """A line for each region, in the order of the feeds; blind ones and those that are coming back are told apart."""

    def place(one: Source) -> tuple[bool, bool, str, str]:
        return one.source != ALL, one.state == "returning", one.tenant, one.region or ""

    found = []
    for (single, returning, tenant, _), some in groupby(sorted(unheard, key=place), place):
        own = list(some)
        since = min(one.silent_since if one.silent_since is not None else one.changed_at for one in own)
        sources = tuple(one.source for one in own)
        found.append(Band(tenant, not single, returning, own[0].region_name or own[0].region, sources, since))
    return found


def nothing_known(unheard: Sequence[Source], region: str | None) -> bool:
    """Whether all that is looked at is not heard: everything of a tenant, or the region that was asked for."""
    return any(one.source == ALL for one in unheard) or (region is not None and bool(unheard))
