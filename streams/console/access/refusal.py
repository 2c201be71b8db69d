"""Answers to requests that are not let through: problem+json for machines, one plain sentence for people."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

PROBLEM = "application/problem+json"

_SENTENCES = {
    "bad_request": ("请求无法识别。", "This request cannot be understood."),
    "host": ("此地址不是本控制台的地址。", "This is not the address of the console."),
    "csrf": ("页面已过期，请刷新后重试。", "This page has expired; load it again and repeat what you did."),
    "origin": ("请求来自其他网站，已拒绝。", "This request came from another site and was refused."),
    "role": ("您没有此操作的权限。", "You may not do this."),
    "too_large": ("请求内容过大。", "This request is too large."),
    "too_slow": ("请求接收超时。", "This request took too long to arrive."),
    "too_many": ("请求过于频繁，请稍后再试。", "Too many requests; wait a little."),
    "sign_in": ("请先登录。", "Sign in first."),
    "token": ("令牌无效或已过期。", "The token is not valid, or has ended."),
    "method": ("不支持此方法。", "This method is not supported."),
}
"""In both languages, by the name of the refusal."""


def problem(status: int, reason: str, detail: str = "", headers: Mapping[str, str] | None = None) -> Response:
    """A problem (RFC 9457). `reason` is a fixed word that a client can go by, `detail` a sentence for its author."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _SENTENCES[reason][1],
        "status": status,
        "reason": reason,
    }
    if detail:
        body["detail"] = detail
    return JSONResponse(body, status, headers, media_type=PROBLEM)


def sentence(status: int, reason: str, headers: Mapping[str, str] | None = None) -> Response:
    """The same for a browser, in both languages."""
    return PlainTextResponse("\n".join(_SENTENCES[reason]) + "\n", status, headers)
