"""``python -m ivr render``: speak all prompts into the cache."""

import sys

import click

from audio.synthesis import create_synthesiser
from audio.voice_cache import VoiceCache
from ivr.content.loader import load_content
from ivr.content.sentences import spoken_ahead
from ivr.errors import ConfigurationError, ContentError
from ivr.settings import load_settings

EXIT_CONFIGURATION = 2


@click.command("render")
def command() -> None:
    """Speak every prompt without a placeholder into the cache, so that a start need not.

    The server does the same when it starts and when prompts change.
    """
    try:
        settings = load_settings()
        content = load_content(settings.prompts_dir)
    except (ConfigurationError, ContentError) as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_CONFIGURATION)
    sentences = list(dict.fromkeys(spoken_ahead(content)))
    synthesiser = create_synthesiser(settings.voice)
    try:
        made = VoiceCache(synthesiser, settings.cache_dir / "voices").render(sentences)
    finally:
        synthesiser.close()
    click.echo(f"{len(sentences)} sentences, {made} of them newly spoken, in {settings.cache_dir / 'voices'}")
