"""How every client reaches the brokers: the same settings, in the words of each library."""

import ssl
from typing import Any

from streams.errors import OperatorError
from streams.settings import Settings


def aiokafka_options(settings: Settings) -> dict[str, Any]:
    """Connection options of aiokafka's consumers and producers. OperatorError where a certificate cannot be read."""
    options: dict[str, Any] = {
        "bootstrap_servers": list(settings.brokers),
        "security_protocol": settings.security.protocol,
        "client_id": settings.app_id,
    }
    if settings.security.protocol in ("SSL", "SASL_SSL"):
        options["ssl_context"] = _ssl_context(settings)
    if settings.security.protocol.startswith("SASL"):
        options |= _sasl(settings)
    return options


def kafka_python_options(settings: Settings) -> dict[str, Any]:
    """Connection options of kafka-python's admin client, consumer and producer: aiokafka's, and one of its own."""
    options = aiokafka_options(settings)
    if "ssl_context" in options:
        options["ssl_check_hostname"] = settings.security.check_hostname
    return options


def _sasl(settings: Settings) -> dict[str, Any]:
    security = settings.security
    return {
        "sasl_mechanism": security.mechanism,
        "sasl_plain_username": security.username,
        "sasl_plain_password": security.password.get_secret_value() if security.password else None,
    }


def _ssl_context(settings: Settings) -> ssl.SSLContext:
    security = settings.security
    try:
        context = ssl.create_default_context(cafile=str(security.ca_file) if security.ca_file else None)
        context.check_hostname = security.check_hostname
        if security.cert_file and security.key_file:
            secret = security.key_password.get_secret_value() if security.key_password else None
            context.load_cert_chain(str(security.cert_file), str(security.key_file), secret)
    except (OSError, ssl.SSLError) as error:
        raise OperatorError(f"MOMENTS_SECURITY: a certificate or key cannot be read: {error}") from error
    return context
