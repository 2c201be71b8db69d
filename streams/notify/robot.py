"""What the robots of chat groups have in common: they answer 200 whatever happens, and the truth is a code in the body.

They are also alike in how their Markdown is put together from a message: the title in bold, the body, and the links,
which are the last line of a message that has any.
"""

import re
from collections.abc import Mapping

from streams.notify.base import Message, NotifyError
from streams.notify.http import Reply

_THROTTLED = re.compile(r"too many|too fast|freq|rate.?limit|限流|频率|过快", re.IGNORECASE)


def accept(reply: Reply, key: str, passing: Mapping[int, float | None]) -> str:
    """The detail for the receipt if the robot took the message, NotifyError otherwise.

    `key` names the code in the answer, 0 is success. `passing` are the codes that may be different next time, with the
    seconds to wait where the platform states them. What the robot says beside its code never goes into the error: it
    may repeat our address.
    """
    answer = reply.json()
    code = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(code, int) or isinstance(code, bool):
        raise NotifyError(f"answered {reply.status} without {key}", permanent=False)
    if code == 0:
        return f"{reply.status} {key} 0"
    said = answer.get("errmsg") or answer.get("msg")
    throttled = isinstance(said, str) and _THROTTLED.search(said) is not None
    raise NotifyError(
        f"answered {reply.status} with {key} {code}",
        permanent=code not in passing and not throttled,
        retry_after=passing.get(code),
    )


def parts(message: Message) -> tuple[str, str]:
    """The Markdown without the line of the links, and that line (empty without links)."""
    if not message.actions:
        return message.markdown, ""
    body, _, links = message.markdown.rpartition("\n")
    return body, links
