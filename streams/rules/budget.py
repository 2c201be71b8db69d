"""What follows from the objectives: how much of what may fail was used up, and alerts that say when that goes too fast.

An outcome is an occurrence that was met, or broke and was not taken back; its share in time is met / outcomes. Burn
alerts look through two windows at once: the long one says that it matters, the short one that it is still going on
(Google's SRE workbook, "Alerting on SLOs"). Two things are added to that recipe.

- A moment may have a modest objective. 14.4 times the 20% that may fail are more than all there is, and such an alert
  could never fire; so no pair asks for more than a share of the objective itself to be lost (`Burn.kept`).
- A store's region may have ten orders an hour. One breach among one outcome is 100% and means nothing; so both a number
  of outcomes and a number of breaches are needed in the long window. Regions that are too thin for that count for the
  tenant as a whole, which has alerts of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from streams.catalogue.model import Catalogue, Moment, Severity
from streams.rules.rule import Alert, Grave, Group, Record, Rule, Said

FROM_COUNTERS = ("5m", "30m", "1h", "2h", "6h")
FROM_HOURS = ("1d", "3d", "28d")
"""Over these the hours that are recorded already are added up: nobody reads four weeks of raw samples twice a minute."""

WINDOWS = (*FROM_COUNTERS, *FROM_HOURS)

REGION = "tenant_region_moment"
TENANT = "tenant_moment"
_BY = {REGION: "tenant, region, moment", TENANT: "tenant, moment"}


@dataclass(frozen=True, slots=True)
class Burn:
    """One pair of windows. times: how many times faster than allowed. kept: however modest the objective, it is enough
    that the share in time falls below this part of it. outcomes, breaches: as many are needed in the long window."""

    long: str
    short: str
    times: float
    kept: float
    outcomes: int
    breaches: int

    def most(self, objective: float) -> float:
        """The share of breaches above which it burns."""
        return round(min(self.times * (1 - objective), 1 - self.kept * objective), 6)


FAST = (Burn("1h", "5m", 14.4, 0.25, 10, 5), Burn("6h", "30m", 6, 0.5, 15, 5))
SLOW = (Burn("1d", "2h", 3, 0.75, 20, 5), Burn("3d", "6h", 1, 1, 30, 5))

LATE = 0.5
"""Where more than this share of a tenant's breaches of the short window was found more than an hour after its due, that
is a catch-up: it is booked, and nobody is woken for what is over."""


def budget(catalogue: Catalogue) -> list[Group]:
    """Recording rules of all windows, then the alerts of each moment."""
    alerts = [alert for moment in catalogue.moments for alert in _alerts(moment)]
    return [
        Group("moments-objectives", "1m", [_objective(moment) for moment in catalogue.moments]),
        Group("moments-outcomes", "30s", [*_recorded(FROM_COUNTERS[:3]), *map(_found_late, (b.short for b in FAST))]),
        Group("moments-outcomes-hours", "1m", list(_recorded(FROM_COUNTERS[3:]))),
        Group("moments-outcomes-days", "2m", list(_recorded(FROM_HOURS))),
        Group("moments-burn", "30s", alerts),
    ]


def _objective(moment: Moment) -> Rule:
    return Record("moment:moments_objective:ratio", f"vector({moment.objective:g})", {"moment": moment.id})


def _recorded(windows: tuple[str, ...]) -> Iterator[Rule]:
    for window in windows:
        yield Record(f"{REGION}:moments_met:increase{window}", _met(window))
        yield Record(f"{REGION}:moments_breaches:increase{window}", _broken(window))
        for level in (REGION, TENANT):
            if level == TENANT:
                for what in ("met", "breaches"):
                    name = f"moments_{what}:increase{window}"
                    yield Record(f"{TENANT}:{name}", f"sum by ({_BY[TENANT]}) ({REGION}:{name})")
            met, broken = (f"{level}:moments_{what}:increase{window}" for what in ("met", "breaches"))
            outcomes = f"{level}:moments_outcomes:increase{window}"
            yield Record(outcomes, f"{met} + clamp_min({broken}, 0)")
            yield Record(f"{level}:moments_in_time:ratio{window}", f"{met} / ({outcomes} > 0)")


def _met(window: str) -> str:
    if window in FROM_HOURS:
        return f"sum_over_time({REGION}:moments_met:increase1h[{window}:1h])"
    return _counted("met", window)


def _broken(window: str) -> str:
    """Breaches less those taken back: below zero where more was taken back than broke in the window itself."""
    if window in FROM_HOURS:
        return f"sum_over_time({REGION}:moments_breaches:increase1h[{window}:1h])"
    return f"{_counted('breached', window)}\n- {_counted('retracted', window)}"


def _counted(kind: str, window: str, by: str = _BY[REGION]) -> str:
    return f'sum by ({by}) (increase(moments_transitions_total{{kind="{kind}"}}[{window}]))'


def _found_late(window: str) -> Rule:
    by = _BY[TENANT]
    late = f"sum by ({by}) (increase(moments_found_late_total[{window}]))"
    return Record(f"{TENANT}:moments_found_late:ratio{window}", f"{late}\n/ ({_counted('breached', window, by)} > 0)")


def _alerts(moment: Moment) -> Iterator[Rule]:
    title_en, title_zh = (_plain(moment.title[language]) for language in ("en", "zh"))
    share = f"{moment.objective:.6%}".rstrip("0%").rstrip(".") + "%"
    broken = "{{ $value | humanizePercentage }}"
    labels = {"moment": moment.id, "stage": moment.stage, "owner": moment.owner}
    playbook_en, playbook_zh = (" ".join(_steps(moment, language)) for language in ("en", "zh"))
    where_en = "{{ with $labels.region }}region {{ . }}{{ else }}no region{{ end }}"
    where_zh = "{{ with $labels.region }}{{ . }} 区域{{ else }}无区域{{ end }}"
    for level, fast, slow in (
        (REGION, "MomentBurnsFast", "MomentBurnsSlowly"),
        (TENANT, "TenantBurnsFast", "TenantBurnsSlowly"),
    ):
        at_en = f"tenant {{{{ $labels.tenant }}}}, {where_en if level == REGION else 'all regions together'}"
        at_zh = f"租户 {{{{ $labels.tenant }}}},{where_zh if level == REGION else '所有区域合计'}"
        yield Alert(
            fast,
            "\nor\n".join(_pair(burn, level, moment, late=True) for burn in FAST),
            _wakes(moment.severity),
            "service",
            Said(
                f"{title_en} ({moment.id}) breaks far too often: {at_en}", f"「{title_zh}」({moment.id})大量违约:{at_zh}"
            ),
            Said(
                f"{broken} of the occurrences broke, and it goes on; "
                f"{share} shall be met in time. {playbook_en}".rstrip(),
                f"违约比例 {broken},仍在持续;目标是 {share} 按时完成。{playbook_zh}",
            ),
            wait="1m",
            stay="10m",
            labels=labels,
        )
        yield Alert(
            slow,
            "\nor\n".join(_pair(burn, level, moment, late=False) for burn in SLOW),
            _waits(moment.severity),
            "service",
            Said(
                f"{title_en} ({moment.id}) misses its objective for days: {at_en}",
                f"「{title_zh}」({moment.id})连日达不到目标:{at_zh}",
            ),
            Said(
                f"{broken} of the occurrences broke over the last days; {share} shall be met in time.",
                f"近几天违约比例 {broken};目标是 {share} 按时完成。",
            ),
            wait="15m",
            stay="30m",
            labels=labels,
        )


def _pair(burn: Burn, level: str, moment: Moment, *, late: bool) -> str:
    """Numbers of events are estimates (an increase is drawn out to the ends of its window), so half a one is given."""
    of, most = f'{{moment="{moment.id}"}}', burn.most(moment.objective)
    lines = [
        f"  1 - {level}:moments_in_time:ratio{burn.long}{of} > {most:g}",
        f"  and 1 - {level}:moments_in_time:ratio{burn.short}{of} > {most:g}",
        f"  and {level}:moments_outcomes:increase{burn.long}{of} > {burn.outcomes - 0.5:g}",
        f"  and {level}:moments_breaches:increase{burn.long}{of} > {burn.breaches - 0.5:g}",
    ]
    if late:
        lines.append(f"  unless on ({_BY[TENANT]}) {TENANT}:moments_found_late:ratio{burn.short}{of} > {LATE:g}")
    return "(\n" + "\n".join(lines) + "\n)"


def _wakes(severity: Severity) -> Grave:
    return "critical" if severity in ("high", "critical") else "high"


def _waits(severity: Severity) -> Grave:
    return "medium" if severity in ("high", "critical") else "low"


def _steps(moment: Moment, language: str) -> Iterator[str]:
    """The playbook in a sentence."""
    steps = [_plain(step) for step in moment.playbook.get(language, ())]
    if steps:
        yield f"What helps: {'; '.join(steps)}." if language == "en" else f"可以做:{';'.join(steps)}。"


def _plain(words: str) -> str:
    """Words of a catalogue in a template of Prometheus, in which braces mean something."""
    return words.replace("{", "(").replace("}", ")")
