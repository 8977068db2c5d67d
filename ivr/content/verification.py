"""Reads how a caller proves who they are: ``prompts/verification.yaml``."""

from pathlib import Path

from ivr.content.fields import Fields
from ivr.content.problems import Problems
from ivr.content.types import Verification


def read_verification(path: Path, problems: Problems) -> Verification | None:
    """Read the file: ``slot``, ``connector`` and ``key``; mistakes are noted. No file: None."""
    item = problems.read_optional(path)
    if item is None:
        return None
    fields = Fields(path, item.line, item, "verification", ("slot", "connector", "key"), problems)
    slot, connector = fields.text("slot", needed=True), fields.text("connector", needed=True)
    if slot is None or connector is None:
        return None
    return Verification(slot, connector, fields.text("key") or "order_number")
