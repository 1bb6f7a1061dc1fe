"""Topic ids and other 16-byte ids on the wire. Kafka prints them as 22 characters of URL-safe base64."""

from __future__ import annotations

import base64

ZERO_UUID = bytes(16)
"""Means "no id"; a real topic never has it (KIP-516)."""


def uuid_text(uuid: bytes) -> str:
    """The 22 characters that Kafka's tools print."""
    return base64.urlsafe_b64encode(uuid).rstrip(b"=").decode()
