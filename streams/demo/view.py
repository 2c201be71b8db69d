"""The terminal view: what runs, what is at risk, what broke and what became of it. Drawn from a `Scene`, nothing else."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from rich.align import Align
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from streams.clock import SECOND, as_datetime, parse_rfc3339
from streams.demo.board import Board, Row
from streams.demo.company import TeaChain
from streams.demo.world import Incident, Trouble

_HEADINGS: Final = {
    "running": {"en": "running", "zh": "进行中"},
    "at_risk": {"en": "at risk", "zh": "有风险"},
    "broken": {"en": "broken", "zh": "违约中"},
    "recovered": {"en": "recovered", "zh": "已补救"},
    "retracted": {"en": "retracted", "zh": "已撤回"},
    "refused": {"en": "refused", "zh": "被拒收"},
    "messages": {"en": "messages", "zh": "已发消息"},
    "rate": {"en": "events/s", "zh": "事件/秒"},
    "newest": {"en": "Newest breaches, and what followed", "zh": "最新违约及后续"},
    "stores": {"en": "By store (still open)", "zh": "各门店违约（未恢复）"},
    "calm": {"en": "an ordinary hour", "zh": "一切如常"},
    "starting": {"en": "the worker is starting", "zh": "工作进程启动中"},
    "nothing": {"en": "nothing has broken yet", "zh": "尚无违约"},
    "said": {"en": "due → said", "zh": "到期→发声"},
    "stop": {"en": "Ctrl-C ends it", "zh": "Ctrl-C 结束"},
}
_TROUBLES: Final = {
    Trouble.RUSH: {"en": "rush", "zh": "高峰爆单"},
    Trouble.OUTAGE: {"en": "courier outage", "zh": "运力中断"},
    Trouble.LAG: {"en": "deliveries reported late", "zh": "配送数据延迟"},
}
_CITIES: Final = {"shanghai": "上海", "hangzhou": "杭州", "chengdu": "成都", "shenzhen": "深圳"}
_KINDS: Final = {
    "breached": ({"en": "broken", "zh": "违约"}, "bold red"),
    "worsened": ({"en": "worse", "zh": "加重"}, "bold white on red"),
    "recovered": ({"en": "recovered", "zh": "补救"}, "green"),
    "retracted": ({"en": "retracted", "zh": "撤回"}, "cyan"),
    "cancelled": ({"en": "cancelled", "zh": "取消"}, "bright_black"),
    "unknown": ({"en": "unknown", "zh": "未知"}, "magenta"),
    "expired": ({"en": "expired", "zh": "过期"}, "bright_black"),
}
_LOUD: Final = frozenset({"breached", "worsened", "unknown"})
_ZONE: Final = ZoneInfo("Asia/Shanghai")
_WIDE: Final = 100  # columns from which the stores stand beside the news
_TIMED: Final = 84  # columns from which the news show the time; the sentence has it anyway
_STORE_WIDTH: Final = 28


@dataclass(frozen=True, slots=True)
class Scene:
    """All that one picture shows. Spans in microseconds; `running` None while it is not known."""

    board: Board
    language: str
    seed: int
    elapsed: int
    lasts: int | None
    running: int | None
    rate: float
    incidents: tuple[Incident, ...]
    messages: int
    console: str
    metrics: str
    prometheus: str | None = None
    title: Mapping[str, str] = field(default_factory=lambda: TeaChain.title)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width, height = options.max_width, options.height or console.size.height
        yield self._title(width)
        yield self._counts()
        yield self._world()
        left = max(4, height - 6)  # without the four lines above, and two rules
        if width >= _WIDE:
            panes = Table.grid(padding=(0, 2, 0, 0), expand=True)
            panes.add_column(ratio=1)
            panes.add_column(width=_STORE_WIDTH)
            news = self._news(console, width - _STORE_WIDTH - 2, left)
            panes.add_row(
                Group(self._rule("newest"), news), Group(self._rule("stores"), self._stores(_STORE_WIDTH, left))
            )
            yield panes
        else:
            stores = self._stores(width, rows=max(2, min(4, left // 5)))
            yield self._rule("newest")
            yield self._news(console, width, left - stores.row_count)
            yield self._rule("stores")
            yield stores

    def _word(self, name: str) -> str:
        return _HEADINGS[name][self.language]

    def _rule(self, name: str) -> Rule:
        return Rule(Text(self._word(name), style="bold"), align="left", style="bright_black", characters="─")

    def _title(self, width: int) -> Table:
        line = Table.grid(expand=True)
        line.add_column(no_wrap=True)
        line.add_column(justify="right", no_wrap=True)
        clock = _clock(self.elapsed) + (f"/{_clock(self.lasts)}" if self.lasts is not None else "")
        left = Text.assemble((self.title[self.language], "bold"), (f"  {clock}  seed {self.seed}", "bright_black"))
        address = Text(self.console, style="bold underline")
        right = address if width < 100 else Text.assemble(address, (f"   {self._word('stop')}", "bright_black"))
        if self.prometheus is not None and width >= 130:
            right = Text.assemble((f"Prometheus {self.prometheus}   ", "bright_black"), right)
        line.add_row(left, right)
        return line

    def line(self) -> str:
        """The counts in one line of plain text."""
        counts = ", ".join(f"{self._word(name)} {value}" for name, value, _ in self._figures())
        troubles = "; ".join(self._trouble(incident) for incident in self.incidents) or self._word("calm")
        return f"[{_clock(self.elapsed)}] {counts} | {troubles} | {self.console} | {self.metrics}" + (
            f" | {self.prometheus}" if self.prometheus else ""
        )

    def _figures(self) -> tuple[tuple[str, str, str], ...]:
        """Heading, value and style of each count."""
        board = self.board
        return (
            ("running", "–" if self.running is None else str(self.running), "bold"),
            ("at_risk", str(len(board.at_risk)), "bold yellow"),
            ("broken", str(len(board.broken)), "bold red"),
            ("recovered", str(board.told["recovered"]), "green"),
            ("retracted", str(board.told["retracted"]), "cyan"),
            ("refused", str(board.refused.total()), "magenta"),
            ("messages", str(self.messages), "bold"),
            ("rate", f"{self.rate:.0f}", "bold"),
        )

    def _counts(self) -> Table:
        figures = self._figures()
        line = Table.grid(expand=True)
        for _ in figures:
            line.add_column(no_wrap=True)
        line.add_row(*(Text(value, style=style) for _, value, style in figures))
        line.add_row(*(Text(self._word(name), style="bright_black") for name, _, _ in figures))
        return line

    def _world(self) -> Table:
        line = Table.grid(expand=True)
        line.add_column(no_wrap=True, ratio=1)
        line.add_column(justify="right", no_wrap=True)
        if self.incidents:
            now = Text("  ".join(f"⚠ {self._trouble(incident)}" for incident in self.incidents), style="yellow")
        else:
            now = Text(self._word("calm"), style="bright_black")
        delay = self.board.median_delay()
        said = "" if delay is None else f"{self._word('said')} {max(delay, 0) / SECOND:.2f} s"
        line.add_row(now, Text(said, style="bright_black"))
        return line

    def _trouble(self, incident: Incident) -> str:
        return f"{self._city(incident.region)}: {_TROUBLES[incident.trouble][self.language]}"

    def _city(self, region: str) -> str:
        return _CITIES.get(region, region) if self.language == "zh" else region.capitalize()

    def _news(self, console: Console, width: int, height: int) -> RenderableType:
        """As many of the newest rows as fit, in exactly that many lines."""
        rows = self.board.newest(height)
        if not rows:
            word = self._word("nothing" if self.board.told else "starting")
            return Align.center(Text(word, style="bright_black"), vertical="middle", height=height)
        cells = [self._row(row, width) for row in rows]
        fixed = [max(cell.cell_len for cell in column) for column in zip(*(row[:-1] for row in cells), strict=True)]
        table = Table.grid(padding=(0, 1, 0, 0))
        for cell_width in fixed:
            table.add_column(no_wrap=True, width=cell_width)
        sentence = max(20, width - sum(fixed) - len(fixed) - 1)
        # fold, not the default ellipsis: rich counts characters, not cells, when it strips a full line of Chinese
        table.add_column(width=sentence, overflow="fold")
        lines = 0
        for row_cells in cells:
            takes = len(row_cells[-1].wrap(console, sentence, overflow="fold"))
            if lines + takes > height:
                break
            lines += takes
            table.add_row(*row_cells)
        return Group(table, *[Text()] * (height - lines))

    def _row(self, row: Row, width: int) -> list[Text]:
        name, style = name_kind(row.news.kind, self.language)
        cells = [
            Text(name, style=style),
            Text(row.news.labels.store or "-", style="bold"),
            Text(row.news.sentence.say(self.language), style="" if row.news.kind in _LOUD else "bright_black"),
        ]
        return [Text(time_of_day(row.news.found_at), style="bright_black"), *cells] if width >= _TIMED else cells

    def _stores(self, width: int, rows: int) -> Table:
        beside = max(1, width // _STORE_WIDTH)
        table = Table.grid(padding=(0, 2, 0, 0))
        for _ in range(beside):
            table.add_column(no_wrap=True)
        broke = [entry for entry in self.board.stores() if entry[2]["standing"] or entry[2]["broken"]]
        cells = [self._store(*entry) for entry in broke[: beside * rows]]
        for begin in range(0, beside * rows if beside > 1 else len(cells), beside):
            line = cells[begin : begin + beside]
            table.add_row(*line, *[Text()] * (beside - len(line)))
        return table

    def _store(self, store: str, region: str, counts: Counter[str]) -> Text:
        city = Text(self._city(region))
        city.truncate(9, pad=True)
        return Text.assemble(
            (f"{store:<5}", "bold"), city, (f"{counts['standing']:>4}", "red"), (f" ({counts['broken']})", "bright_black")
        )


def name_kind(kind: str, language: str) -> tuple[str, str]:
    """A transition's kind in plain words, and its style."""
    names, style = _KINDS.get(kind, ({}, "bright_black"))
    return names.get(language, kind), style


def _clock(span: int) -> str:
    minutes, seconds = divmod(span // SECOND, 60)
    return f"{minutes:02d}:{seconds:02d}"


def time_of_day(stamp: str) -> str:
    """`12:03:09` where the chain is, as in the sentences."""
    return as_datetime(parse_rfc3339(stamp)).astimezone(_ZONE).strftime("%H:%M:%S")
