"""How a client reaches Kafka: address, TLS and SASL under the names its library knows. Nowhere else."""

import ssl
from typing import Any

from ioc.settings import Kafka


def _sasl(kafka: Kafka) -> dict[str, Any]:
    if kafka.sasl_mechanism is None:
        return {}
    return {
        "sasl_mechanism": kafka.sasl_mechanism,
        "sasl_plain_username": kafka.username or "",
        "sasl_plain_password": kafka.password.get_secret_value() if kafka.password else "",
    }


def encrypted(kafka: Kafka) -> ssl.SSLContext | None:
    """What TLS trusts: the authority of the settings, else those of the system; None on a plain line."""
    if kafka.security_protocol not in ("SSL", "SASL_SSL"):
        return None
    return ssl.create_default_context(cafile=str(kafka.cafile) if kafka.cafile else None)


def kafka_python(kafka: Kafka) -> dict[str, Any]:
    """For kafka-python's producer and admin client."""
    options: dict[str, Any] = {
        "bootstrap_servers": kafka.bootstrap.split(","),
        "security_protocol": kafka.security_protocol,
        **_sasl(kafka),
    }
    if kafka.cafile is not None:
        options["ssl_cafile"] = str(kafka.cafile)
    return options


def aiokafka(kafka: Kafka) -> dict[str, Any]:
    """For aiokafka's consumer and producer."""
    return {
        "bootstrap_servers": kafka.bootstrap,
        "security_protocol": kafka.security_protocol,
        "ssl_context": encrypted(kafka),
        **_sasl(kafka),
    }
