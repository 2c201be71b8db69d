"""The reference of the language: what it shows, works."""

import json
import re
from pathlib import Path

import pytest

from streams.catalogue.load import compile_source, compile_texts
from streams.catalogue.place import Problems
from streams.catalogue.reader import read_yaml

PAGE = Path(__file__).parents[2] / "docs" / "catalogue.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
MOMENT = {
    "id": "the.moment",
    "title": {"en": "Test"},
    "stage": "execution",
    "owner": "tester",
    "severity": "high",
    "starts": "order.placed",
    "ends": "order.ready",
    "deadline": "30m",
}


def test_the_page_has_examples() -> None:
    assert len(BLOCKS) > 15


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_every_example_of_the_page_loads(block: str) -> None:
    read = read_yaml("page", block, Problems())
    assert read is not None
    shown = read[0]
    if "name" not in shown:  # keys of a moment
        base = {} if "expects" not in shown else dict.fromkeys(("starts", "ends", "deadline"))
        moment = {key: value for key, value in {**MOMENT, **base, **shown}.items() if value is not None}
        shown = {"name": "page", "moments": [moment]}
    if "includes" in shown:
        assert compile_texts([("page.yaml", block)]).moments
        return
    shown.setdefault("moments", [MOMENT])
    assert compile_source(json.dumps({"format": 1, "catalogues": [shown]})).moments
