"""``python -m ivr understand``: one utterance a line in, one answer a line out."""

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from ivr.content.loader import load_content, load_requests
from ivr.content.types import Language
from ivr.errors import ConfigurationError, ContentError
from ivr.settings import load_settings
from ivr.understanding.engine import create_understander
from ivr.understanding.text import script_language
from ivr.understanding.types import Meaning, Understander

EXIT_CONFIGURATION = 2

MAX_LINE_BYTES = 100_000
"""A longer line is read in pieces of this size, so that memory stays constant whatever comes in."""


@click.command("understand")
@click.option(
    "--requests", "folder", type=click.Path(path_type=Path), help="Request files; default: the prompts' own."
)
@click.option(
    "--language",
    type=click.Choice(["auto", "ko", "en", "ja", "zh"]),
    default="auto",
    show_default=True,
    help="The language of the lines; auto: by the script of each.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def command(folder: Path | None, language: str, as_json: bool) -> None:
    """Say what each line of standard input means.

    Exit status: 0 all lines were answered, 2 the folder of requests or the configuration is wrong.
    """
    try:
        settings = load_settings()
        content = load_content(settings.prompts_dir) if folder is None else load_requests(folder)
        understander = create_understander(content, settings.sentence_encoder, settings.cache_dir)
    except (ConfigurationError, ContentError) as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_CONFIGURATION)
    for raw in iter(lambda: sys.stdin.buffer.readline(MAX_LINE_BYTES), b""):
        text = raw.decode("utf-8", errors="replace").rstrip("\r\n")
        now = datetime.now(ZoneInfo(content.hours.timezone))
        meaning = _read(understander, text, settings.language, language, now)
        click.echo(json.dumps(as_document(meaning), ensure_ascii=False) if as_json else _prose(meaning))


def as_document(meaning: Meaning) -> Mapping[str, object]:
    """The JSON object of one line."""
    return {
        "text": meaning.text,
        "language": meaning.language,
        "intent": meaning.intent,
        "confidence": round(meaning.confidence, 4),
        "alternatives": [
            {"intent": intent, "confidence": round(chance, 4)} for intent, chance in meaning.alternatives
        ],
        "slots": {name: slot.value for name, slot in meaning.slots.items()},
    }


def _read(understander: Understander, text: str, default: Language, choice: str, now: datetime) -> Meaning:
    languages: dict[str, Language] = {"ko": "ko", "en": "en", "ja": "ja", "zh": "zh"}
    return understander.understand(text, languages.get(choice) or script_language(text, default), now=now)


def _prose(meaning: Meaning) -> str:
    slots = "".join(f", {name} {slot.value}" for name, slot in meaning.slots.items())
    return f"{meaning.text}\n  {meaning.language}: {meaning.intent or 'unknown'} ({meaning.confidence:.2f}){slots}"
