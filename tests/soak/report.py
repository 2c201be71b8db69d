"""A run as a page, in the manner of docs/benchmarks.md."""

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Final

from streams.clock import SECOND
from tests.soak.crew import BROKER
from tests.soak.found import Found
from tests.soak.judge import FLAT, MIB
from tests.soak.run import KILLED
from tests.soak.verdict import KEPT, Memory, memories, series_of

_SIZES: Final = {
    "events": "events applied since the last start",
    "cases": "cases in memory",
    "occurrences": "open occurrences",
    "alerts": "alerts that are not over",
    "raised": "alerts raised since the last start",
    "groups": "groups and incidents open",
    "outbox": "notices waiting",
    "lag": "largest lag of a partition, records",
    "age": "oldest clock of a shard, seconds",
}


def page(found: Found, command: str, date: str, machine: Sequence[tuple[str, str]], wrong: Sequence[str]) -> str:
    """Everything that was measured, and what the rules said of it."""
    plan = found.plan
    lines = [
        "# Soak",
        "",
        f"Written by `{command}` on {date}; do not edit. {plan.chains} of the demo's tea chains, each a tenant, publish "
        f"for {plan.minutes:g} minutes to Apache Kafka; `moments worker` with all stages and `moments console` follow "
        "them. The chains have their rushes, courier outages, lagging systems, late truth, second copies and malformed "
        "events; the couriers of a city, the tills of another and everything of a tenant fall silent for a while and "
        f"then send what they kept back. The {KILLED} stage is killed (SIGKILL) after a quarter of the time, the whole "
        "worker is ended (SIGTERM) and started again after a third. At the end the world stops, and all is compared "
        "with what is true.",
        "",
        *_table(("", ""), machine),
        "",
        *(["**Something is wrong:**", "", *(f"- {line}" for line in wrong), ""] if wrong else ["Nothing is wrong.", ""]),
        *_truth(found),
        *_memory(found),
        *_series(found),
        *_course(found),
    ]
    return "\n".join(lines)


def _truth(found: Found) -> list[str]:
    judged = sum(one.judged for one in found.reckonings.values())
    true = sum(len(one.true) for one in found.reckonings.values())
    told = sum(len(one.told) for one in found.reckonings.values())
    undecided = median(found.undecided) if found.undecided else 0.0
    state = ", ".join(f"{count} {name}" for name, count in sorted(found.open_at_end.items()) if count) or "none"
    rows = [
        ("events published", f"{found.sent:,} ({found.sent / found.plan.minutes / 60:.0f} a second)"),
        ("moments that came due", f"{judged:,}"),
        ("of them broken in truth, and told to be", f"{true:,}, {told:,}"),
        ("of them given up, and their feed not heard again by then: not told yet", f"{len(found.excused)}"),
        ("breaches and retractions counted by the metrics", _pair(found, "breached", "retracted")),
        ("transitions", f"{found.transitions:,}"),
        ("of feeds", ", ".join(f"{count} {kind}" for kind, count in sorted(found.feeds.items())) or "none"),
        ("messages to people", f"{found.messages:,}"),
        ("gauges compared while the world went on", f"{found.compared_values:,} in {found.compared} looks"),
        ("of them not as the truth allows", f"{len(found.off)}"),
        ("undecided in such a look (median)", f"{undecided:.0%} of the occurrences"),
        ("gauges compared with the world at rest, each exactly", f"{found.gauges_at_end}"),
        ("open occurrences then", state),
        ("alerts that are not over then", f"{found.alerts_at_end:,.0f}"),
        (f"all ready again after SIGKILL of {KILLED}", f"{found.after_kill:.1f} s"),
        ("all ready again after the restart; gauges right", _after_restart(found)),
    ]
    return [
        "## What was told and shown",
        "",
        "What must be true is the demo's own arithmetic (`streams/demo/truth.py`, `tests/soak/truth.py`) on what "
        "happened and on what had been published of it; the engine is not asked. While events are on their way an "
        "occurrence may be in one of several states: a gauge is right between the least and the most that this allows, "
        "and broken and unknown count as one. With the world at rest there is one right value for each tenant, region, "
        "moment and state. Counters of breaches and retractions are compared by tenant, region and moment with the "
        "transitions read. What broke and was given up while its feed was not heard is told when it is heard again "
        "(docs/rules.md, section 8).",
        "",
        *_table(("", ""), rows),
        "",
    ]


def _pair(found: Found, *kinds: str) -> str:
    return ", ".join(f"{found.counted[kind]:,}" for kind in kinds)


def _after_restart(found: Found) -> str:
    return f"{found.after_restart:.1f} s; {found.compared_after_restart:.1f} s"


def _memory(found: Found) -> list[str]:
    kept = ", ".join(f"{name} {size:,}" for name, size in KEPT.items())
    return [
        "## Memory",
        "",
        f"Resident memory, sampled every {found.plan.every:g} s. Flat is: the median of the last quarter is at most "
        f"{FLAT - 1:.0%} above that of the third. Alerts that are over are kept for seven days, groups for one, the "
        "console's board for three, so these may grow by so many bytes for each alert raised between the two medians: "
        f"{kept}. The slope is that of Theil and Sen over the second half, with limits of 95 %; the noise is the "
        "deviation of single samples from it. CPU is the share of one core, over the same time. At the end worker and "
        "console are started once more from the same state, and looked at ten seconds later: what the old processes need "
        "beyond that is no state.",
        "",
        *_table(
            ("", "third quarter", "last quarter", "growth", "may keep", "an alert", "slope, MiB an hour", "noise", "CPU",
             "open files", "threads", "at the end, fresh"),
            (_memory_row(one) for one in memories(found)),
        ),
        "",
        _broker(found),
        "",
    ]  # fmt: skip


def _memory_row(one: Memory) -> tuple[str, ...]:
    return (
        one.name,
        f"{one.third / MIB:.1f} MiB",
        f"{one.last / MIB:.1f} MiB",
        f"{one.growth:+.1%}",
        f"{one.kept / MIB:.1f} MiB" if one.kept else "",
        f"{one.each:,.0f} B" if one.kept else "",
        f"{one.slope.an_hour:+.1f} ({one.slope.low:+.1f} to {one.slope.high:+.1f})",
        f"{one.slope.noise:.2f} MiB",
        f"{one.share:.1%}",
        _change(one.files),
        _change(one.threads),
        f"{one.old / MIB:.0f} MiB, {one.new / MIB:.0f} MiB",
    )


def _broker(found: Found) -> str:
    sizes = [sample.usage[BROKER].memory / MIB for sample in found.samples if BROKER in sample.usage]
    shares = [sample.usage[BROKER].share for sample in found.samples if BROKER in sample.usage]
    return f"The broker, which is not judged: {max(sizes):.0f} MiB at most, {median(shares):.0%} of a core."


def _change(values: tuple[int, int]) -> str:
    before, after = values
    return str(after) if before == after else f"{before} to {after}"


def _series(found: Found) -> list[str]:
    fresh = {name: len(some) for name, some in found.fresh.items()}
    return [
        "## Series",
        "",
        "The most that a process served at a time. Bounded is: the last quarter brings no value of a label that was not "
        "there before (which stores are named is left out), and no family grows but by known values that come together "
        "for the first time.",
        "",
        *_table(
            ("", "third quarter", "last quarter", "new in the last"),
            (
                (name, f"{third:,}", f"{last:,}", f"{fresh.get(name, 0):,}")
                for name, (third, last) in series_of(found).items()
            ),
        ),
        "",
    ]  # fmt: skip


def _course(found: Found) -> list[str]:
    """Sizes at some times of the run."""
    lasts = found.plan.lasts / SECOND
    times = [lasts * share for share in (0.1, 0.3, 0.5, 0.7, 0.85, 1.0)]
    shown = [min(found.samples, key=lambda sample: abs(sample.at - at)) for at in times]
    unready = sum(bool(sample.unready) for sample in found.samples)
    return [
        "## In the course of it",
        "",
        *_table(
            ("", *(f"{sample.at / 60:.1f} min" for sample in shown)),
            ((text, *(f"{sample.sizes[name]:,.4g}" for sample in shown)) for name, text in _SIZES.items()),
        ),
        "",
        f"In {unready} of {len(found.samples)} samples a process was not ready. Lines of the logs at error level: "
        f"{len(found.complaints)}.",
        "",
        *(f"- `{line[:160]}`" for line in found.complaints[:10]),
        "",
        "What was told of feeds:",
        "",
        *(f"- {line}" for line in found.words),
    ]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
