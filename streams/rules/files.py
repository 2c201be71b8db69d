"""The rule files of an installation."""

from collections.abc import Mapping, Sequence

from streams.catalogue.model import Catalogue
from streams.rules.budget import budget
from streams.rules.operations import operations
from streams.rules.rule import RUNBOOKS, as_text


def rule_files(catalogue: Catalogue, names: Sequence[str], runbooks: str = RUNBOOKS) -> Mapping[str, str]:
    """Text by file name. `names`: the catalogue's files, as the command that writes these was given them. `runbooks`:
    the address under which the runbooks are served, a file for each alert. The same input gives the same bytes."""
    asked = "".join(f" --catalogue {name}" for name in names)
    served = "" if runbooks == RUNBOOKS else f" --runbooks {runbooks}"
    return {
        "moments-slo.yml": as_text(
            f"Generated from the objectives of {catalogue.version}:\n  moments rules write{asked}{served}",
            budget(catalogue),
            runbooks,
        ),
        "moments-operations.yml": as_text(
            f"Generated; the same for every catalogue:\n  moments rules write{asked}{served}", operations(), runbooks
        ),
    }
