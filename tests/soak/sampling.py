"""A look at everything: the processes, what they serve, and how large things are."""

import asyncio
import sys
from collections import Counter

from tests.soak import judge
from tests.soak.cast import Cast
from tests.soak.comparing import compare
from tests.soak.exposition import Page
from tests.soak.found import Found, Sample


async def sample(cast: Cast, found: Found) -> None:
    at = cast.elapsed
    usage, pages = await asyncio.to_thread(cast.crew.usage), await cast.crew.pages()
    if await cast.crew.look_at_board() != 200:
        found.wrong.append(f"the console's first page was not to be had after {at:.0f} s")
    families = {name: Counter(family for family, _ in page.values) for name, page in pages.items()}
    for name, page in pages.items():
        if at < found.plan.minutes * 45:
            found.before.setdefault(name, set()).update(page.values)
            if at >= found.plan.minutes * 30:
                found.third.setdefault(name, set()).update(page.values)
        else:
            found.fresh.setdefault(name, set()).update(page.values.keys() - found.third.get(name, set()))
    unready = tuple(sorted(cast.crew.addresses().keys() - {name for name, page in pages.items() if page.ready}))
    series = {name: count.total() for name, count in families.items()}
    found.families.append((at, families))
    found.samples.append(Sample(at, usage, series, _sizes(pages), unready))
    await compare(cast, found, pages.get("detect"))
    if len(found.samples) % 6 == 1:
        _say(found)


def _sizes(pages: dict[str, Page]) -> dict[str, float]:
    empty = Page(0, 0, {}, ready=False)
    detect, alert = pages.get("detect", empty), pages.get("alert", empty)
    return {
        "cases": detect.total("moments_cases"),
        "occurrences": detect.total("moments_occurrences"),
        "events": detect.total("moments_events_applied_total"),
        "alerts": alert.total("moments_alerts"),
        "raised": alert.total("moments_alert_changes_total", what="raised"),
        "groups": pages.get("group", empty).total("moments_groups"),
        "outbox": pages.get("notify", empty).total("moments_outbox_waiting"),
        "lag": max((page.most("moments_input_lag") for page in pages.values()), default=0.0),
        "age": max((page.most("moments_shard_clock_age_seconds") for page in pages.values()), default=0.0),
    }


def _say(found: Found) -> None:
    sample = found.samples[-1]
    memory = " ".join(f"{name} {used.memory / judge.MIB:.0f}" for name, used in sorted(sample.usage.items()))
    sizes = " ".join(f"{name} {value:.3g}" for name, value in sample.sizes.items())
    share = sum(used.share for used in sample.usage.values())
    line = f"[{sample.at:6.0f} s] MiB: {memory} | {sizes} | cores {share:.2f} | gauges off {len(found.off)}"
    print(line, file=sys.stderr, flush=True)
