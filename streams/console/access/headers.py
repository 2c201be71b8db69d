"""What every response says to the browser about itself."""

from typing import Final

from starlette.types import Message

SECURITY: Final = {
    b"content-security-policy": (
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    # other sites learn nothing, not even from the address of an acknowledge link; with no-referrer, browsers would send
    # `Origin: null` with our own forms, and the check of that header would have to go
    b"referrer-policy": b"same-origin",
    b"permissions-policy": (
        b"accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        b"magnetometer=(), microphone=(), midi=(), payment=(), usb=(), xr-spatial-tracking=()"
    ),
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}


def seal(message: Message, *, public: bool, cookies: list[str]) -> Message:
    """The start of a response with our headers, whatever the page said of them. Only what is `public` (the same for
    everybody, such as a style sheet) may be kept in a cache."""
    ours = dict(SECURITY)
    if not public:
        ours[b"cache-control"] = b"no-store"
    kept = [(key, value) for key, value in message.get("headers", []) if key.lower() not in ours]
    cookie = [(b"set-cookie", value.encode("latin-1")) for value in cookies]
    return {**message, "headers": [*kept, *ours.items(), *cookie]}
