"""What lint says of chains in which a step lacks."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from streams.catalogue.lint import lint


def chained(steps: Sequence[int]) -> str:
    moments = [
        f"""  - id: step.n{number}
    title: {{zh: 步骤, en: Step}}
    stage: execution
    owner: desk
    severity: high
    chain: {{name: recovery, step: {step}}}
    starts: touchpoint.begun.n{number}
    ends: touchpoint.over.n{number}
    deadline: 10m
"""
        for number, step in enumerate(steps)
    ]
    return "name: shop\nmoments:\n" + "".join(moments)


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([1, 2, 3], []),
        ([2, 1, 1], []),
        ([1, 3], ["chain 'recovery' has a step 3 and no step 2; is one missing?"]),
        ([4, 1], ["chain 'recovery' has a step 4 and no step 2 and 3; is one missing?"]),
        ([2], ["chain 'recovery' has a step 2 and no step 1; is one missing?"]),
    ],
)
def test_lint_warns_of_a_step_that_lacks_below_another(steps: list[int], says: list[str], tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(chained(steps), "utf-8")
    assert [one.problem.text for one in lint([str(file)], 0) if one.level == "warning"] == says
