"""A pack as the journey of its customers: its moments by the four stages, each with its clock in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, get_args

from streams.catalogue.document.file import CatalogueFile
from streams.catalogue.document.moments import MomentFile
from streams.catalogue.entries import Document
from streams.catalogue.include import PACK
from streams.catalogue.load import parse, read_text
from streams.catalogue.model import Stage
from streams.catalogue.pages.clock import deadline_words, severity_words, warnings_words
from streams.catalogue.pages.words import Language, share_words, span_words, triggers_words
from streams.catalogue.place import Problems

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)

STAGE_NAMES: Final[Mapping[Language, Mapping[str, str]]] = {
    "zh": {"pre_contact": "接触前", "decision": "决策", "execution": "服务执行", "after_sales": "售后反馈"},
    "en": {"pre_contact": "Before contact", "decision": "Decision", "execution": "Service", "after_sales": "After sales"},
}
_CLASSES: Final = {"basic": "基本型", "expected": "期望型", "excitement": "魅力型"}

_LABELS: Final[Mapping[Language, Mapping[str, str]]] = {
    "zh": {
        "starts": "开始",
        "ends": "完成",
        "due": "期限",
        "warnings": "预警",
        "cancels": "取消",
        "pauses": "暂停",
        "resumes": "继续",
        "revises": "改期",
        "reopens": "重开",
        "repeats": "重复",
        "severity": "级别",
        "owner": "负责人",
        "class": "类别",
        "chain": "步骤",
        "objective": "目标",
    },
    "en": {
        "starts": "Starts",
        "ends": "Ends",
        "due": "Due",
        "warnings": "Warnings",
        "cancels": "Cancelled by",
        "pauses": "Paused by",
        "resumes": "Goes on with",
        "revises": "Due moved by",
        "reopens": "Reopened by",
        "repeats": "Again",
        "severity": "Severity",
        "owner": "Owner",
        "class": "Class",
        "chain": "Step",
        "objective": "Objective",
    },
}


_NO_NAMES: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack, or a catalogue file like one, with what it includes resolved. `path` is where it was found (`pack:hotel`),
    `file` the pack's own, `documents` are all."""

    path: str
    file: CatalogueFile
    documents: tuple[Document, ...]

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def moments(self) -> list[tuple[MomentFile, str]]:
        """Every moment that the pack brings, with the name of the pack that declares it; its own first."""
        return [(moment, document.file.name) for document in self.documents for moment in document.file.moments]

    def about(self, language: Language) -> str:
        """What it is for."""
        return "" if self.file.description is None else self.file.description.by_language()[language]

    def names(self, origin: str, language: Language) -> dict[str, str]:
        """What owners and chains of the file `origin` are called; those without a name are not there."""
        files = [*(document.file for document in self.documents if document.file.name != origin)]
        files += [document.file for document in self.documents if document.file.name == origin]
        return {name: text.by_language()[language] for file in files for name, text in file.names.items()}

    def titles(self, language: Language) -> dict[str, str]:
        """The title of every moment."""
        return {moment.id: moment.title.by_language()[language] for moment, _ in self.moments}


@cache  # what ships does not change while a process runs
def read_pack(name: str) -> Pack:
    """The shipped pack of that name. CatalogueError where there is none, or where it has faults."""
    return read_path(f"{PACK}{name}")


def read_path(path: str) -> Pack:
    """The same of a catalogue file, or of `pack:name`."""
    problems = Problems()
    documents, _ = parse([(path, read_text(path))], problems)
    problems.raise_any()
    return Pack(path, documents[0].file, tuple(documents))


def by_stage(pack: Pack) -> Iterator[tuple[Stage, list[tuple[MomentFile, str]]]]:
    """The stages that have moments, in the order of the journey."""
    for stage in STAGES:
        found = [(moment, origin) for moment, origin in pack.moments if moment.stage == stage]
        if found:
            yield stage, found


def rows(
    moment: MomentFile, titles: Mapping[str, str], language: Language, names: Mapping[str, str] = _NO_NAMES
) -> list[tuple[str, str]]:
    """What is to be said of a moment: label and words; what it does not have is left out."""
    labels = _LABELS[language]
    said = {
        "starts": _starts(moment, titles, language),
        "ends": triggers_words(moment.expects.on if moment.expects else moment.ends, titles, language),
        "due": deadline_words(moment, language),
        "warnings": warnings_words(moment, language),
        "cancels": triggers_words([*moment.cancels, *(moment.expects.until if moment.expects else ())], titles, language),
        "pauses": triggers_words(moment.pauses, titles, language),
        "resumes": triggers_words(moment.resumes, titles, language),
        "revises": triggers_words(moment.revises, titles, language),
        "reopens": _reopens(moment, titles, language),
        "repeats": _repeats(moment, language),
        "severity": severity_words(moment, language),
        "owner": _called(moment.owner, names, language),
        "class": _CLASSES[moment.customer_class] if language == "zh" else moment.customer_class,
        "chain": _chain(moment, names, language),
        "objective": _objective(moment, language),
    }
    return [(labels[key], text) for key, text in said.items() if text]


def _starts(moment: MomentFile, titles: Mapping[str, str], language: Language) -> str:
    if moment.expects is None:
        return triggers_words(moment.starts, titles, language)
    on = moment.expects.on if moment.expects.begins == "any" else []
    return triggers_words([*moment.expects.from_, *on], titles, language)


def _reopens(moment: MomentFile, titles: Mapping[str, str], language: Language) -> str:
    text = triggers_words(moment.reopens, titles, language)
    if not text or moment.reopening == "nothing":
        return ""
    if moment.reopening == "continue":
        return f"{text}，原来的时钟继续" if language == "zh" else f"{text}; the old clock goes on"
    return f"{text}，重新计时" if language == "zh" else f"{text}; with a new clock"


def _repeats(moment: MomentFile, language: Language) -> str:
    if moment.expects is not None:
        clause = moment.expects.every
        if clause.after is None or clause.targets:
            return (
                "每次之后都应再有一次，没有就是超时"
                if language == "zh"
                else "another is expected each time; silence is the breach"
            )
        every = span_words(clause.after, language)
        return (
            f"每 {every} 应有一次，没有就是超时" if language == "zh" else f"expected every {every}; silence is the breach"
        )
    if not moment.repeats:
        return ""
    return "结束之后可再次开始" if language == "zh" else "a start after the end begins the next"


def _called(name: str, names: Mapping[str, str], language: Language) -> str:
    """An owner or a chain: what it is called and the id, or the id alone."""
    if name not in names:
        return f"`{name}`"
    return f"{names[name]}（`{name}`）" if language == "zh" else f"{names[name]} (`{name}`)"


def _chain(moment: MomentFile, names: Mapping[str, str], language: Language) -> str:
    if moment.chain is None:
        return ""
    step, name = moment.chain.step, _called(moment.chain.name, names, language)
    return f"{name} 第 {step} 步" if language == "zh" else f"{step} of {name}"


def _objective(moment: MomentFile, language: Language) -> str:
    if "objective" not in moment.model_fields_set:
        return ""
    share = share_words(moment.objective)
    return f"{share} 按时" if language == "zh" else f"{share} in time"
