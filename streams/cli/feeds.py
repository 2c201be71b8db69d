"""`moments feeds`: which sources are heard, and the end of one that upstream has renamed or shut down."""

import json
import sys
import uuid
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Annotated, Any, Final

import typer

from schemas.feed import Feed
from streams.cli.clients import ApiVersion, Broker, Publisher, SettingsFile, connection, read_to_end
from streams.clock import instant, now, rfc3339
from streams.errors import OperatorError

_HEADERS: Final = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
_LARGEST: Final = 64 * 1024
_ALL: Final = "*"
_COLUMNS: Final = ("tenant", "source", "region", "state", "since", "usual a minute")
_LONGEST_SUBJECT: Final = 256
_NEAR: Final = 5

feeds = typer.Typer(
    help="Look at the feeds, and retire one that upstream has renamed or shut down.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)


@feeds.command("list")
def list_feeds(
    broker: Broker = None,
    unheard: Annotated[bool, typer.Option("--unheard", help="Only those that are not heard.")] = False,
    settings: SettingsFile = None,
    api_version: ApiVersion = None,
) -> None:
    """Show every feed: its state, since when, and how many events a minute were usual then.

    Source and region `*` stand for all feeds of a tenant together.

    Examples:

    ```
    moments feeds list --broker localhost:9092
    moments feeds list --unheard
    ```
    """
    from streams.settings import load

    known = sorted(
        read_feeds(connection(broker, settings, api_version), load({}, settings).feeds.topic),
        key=lambda feed: (feed.tenant, feed.source, feed.region or ""),
    )
    silent = [feed for feed in known if feed.state != "heard"]
    for line in table(silent if unheard else known):
        print(line)
    print(f"{len(known)} {'feed' if len(known) == 1 else 'feeds'}, {len(silent)} not heard")


@feeds.command()
def retire(
    source: Annotated[str, typer.Argument(help="The source, as `moments feeds list` has it.", show_default=False)],
    tenant: Annotated[str, typer.Option(help="Whose it is.", show_default=False)],
    broker: Broker = None,
    region: Annotated[str | None, typer.Option(help="Its region; of a source with none, leave it out.")] = None,
    topic: Annotated[str | None, typer.Option(help="An input topic, if not the first one of the settings.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Send it without looking whether there is such a feed.")] = False,
    settings: SettingsFile = None,
    api_version: ApiVersion = None,
) -> None:
    """Say that a source will publish nothing more for a region: an event `feed.retired` to an input topic.

    The feed is then waited for no more: an alert of its silence ends, and what is unknown because of it is judged, so
    people may be told of breaches. Stop the source first; what it publishes afterwards begins a new feed.

    Exit status 1, and nothing is sent, where there is no such feed.

    Examples:

    ```
    moments feeds retire /pos/old --tenant acme --region east --broker localhost:9092
    moments feeds retire /pos/old --tenant acme --region east --topic touchpoints.events.v1
    ```
    """
    from streams.settings import load

    if _ALL in (source, region):
        raise OperatorError(f"{_ALL} stands for all feeds of a tenant together; retire each of them")
    configured = load({}, settings)
    options = connection(broker, settings, api_version)
    value, who = retirement(tenant, source, region, now()), _named(source, region)
    found = None
    if not force:
        known = list(read_feeds(options, configured.feeds.topic))
        found = next((one for one in known if (one.tenant, one.source, one.region) == (tenant, source, region)), None)
        if found is None:
            print(f"{tenant} has no feed {who}{near(known, tenant, source)}; nothing sent", file=sys.stderr)
            raise typer.Exit(1)
    topic = topic or configured.inputs[0]
    with Publisher(options) as publisher:
        publisher.send(topic, source[:_LONGEST_SUBJECT].encode(), value, _HEADERS)
        publisher.flush()
    print(f"feed.retired to {topic}: {who} of {tenant}" + (f", {_standing(found)}" if found else ""))
    print("Once the detect and feed stages have read it, the feed is gone, and what was unknown because of it is judged.")
    print("If the source publishes again, that is a new feed, and its rhythm is learnt anew.")


def read_feeds(options: dict[str, Any], topic: str) -> Iterable[Feed]:
    """Every feed as it stands. OperatorError where the topic cannot be read, or has something else in it."""
    from streams.ingest.event import Rejection
    from streams.ingest.handed_on import read

    known: dict[bytes, Feed] = {}
    # each partition has every feed, so the last one read has the last word
    for record in read_to_end(options, topic):
        if record.value is None:
            known.pop(record.key, None)
            continue
        feed = read(Feed, record, _LARGEST)
        if isinstance(feed, Rejection):
            place = f"{topic} partition {record.partition} offset {record.offset}"
            raise OperatorError(f"{place} is no feed of this monitor: {feed.message}")
        known[record.key] = feed
    return known.values()


def table(found: Iterable[Feed]) -> Iterator[str]:
    """A line for each feed under the names of the columns; none where there is no feed."""
    rows = [
        (
            one.tenant,
            one.source,
            one.region or "-",
            one.state,
            rfc3339(instant(one.changed_at)),
            f"{one.usual_per_minute:.1f}",
        )
        for one in found
    ]
    if rows:
        wide = [max(len(row[number]) for row in (_COLUMNS, *rows)) for number in range(len(_COLUMNS))]
        for *words, usual in (_COLUMNS, *rows):
            shown = "  ".join(f"{word:{width}}" for word, width in zip(words, wide, strict=False))
            yield f"{shown}  {usual:>{wide[-1]}}"


def retirement(tenant: str, source: str, region: str | None, at: int) -> bytes:
    """The CloudEvent. OperatorError where it would break the contract."""
    from streams.cli.lines import Line
    from streams.cli.validate import check
    from streams.ingest.event import Rejection

    event = {
        "specversion": "1.0",
        "id": uuid.uuid4().hex,
        "source": source,
        "type": "feed.retired",
        "time": rfc3339(at),
        "subject": source[:_LONGEST_SUBJECT],
        "tenant": tenant,
        **({} if region is None else {"region": region}),
        "datacontenttype": "application/json",
        "data": {},
    }
    value = json.dumps(event, ensure_ascii=False).encode()
    for _, verdict in check([Line("feed.retired", 1, value)]):
        if isinstance(verdict, Rejection):
            raise OperatorError(f"{verdict.field}: {verdict.message}")
    return value


def near(known: Iterable[Feed], tenant: str, source: str) -> str:
    """`; it has ...`: feeds of the tenant with that source, or with a name like it; else the tenants that have feeds."""
    own = [feed for feed in known if feed.tenant == tenant and feed.source != _ALL]
    if not own:
        tenants = sorted({feed.tenant for feed in known})
        return f"; tenants with feeds are {', '.join(tenants)}" if tenants else ", and nobody has any"
    like = get_close_matches(source, sorted({feed.source for feed in own}), n=_NEAR)
    close = [feed for feed in own if feed.source == source] or [feed for feed in own if feed.source in like] or own
    names = sorted(_named(feed.source, feed.region) for feed in close)
    rest = f", and {len(names) - _NEAR} more like it" if len(names) > _NEAR else ""
    return f"; it has {', '.join(names[:_NEAR])}{rest}"


def _named(source: str, region: str | None) -> str:
    return f"{source} without a region" if region is None else f"{source} of region {region}"


def _standing(feed: Feed) -> str:
    if feed.state == "heard":
        return "which is heard: see that the source is stopped"
    return f"{feed.state} since {rfc3339(instant(feed.changed_at))}, heard up to {rfc3339(instant(feed.until))}"
