"""``python -m ivr serve``: the server."""

import sys
from collections.abc import Callable
from typing import Any

import click

from ivr.content.loader import load_content
from ivr.errors import ConfigurationError, ContentError, RecordsError
from ivr.fulfilment.shop import DemoShop
from ivr.logs import configure_logging
from ivr.records.engine import connect
from ivr.records.recordings import read_keys
from ivr.server import HotlineServer
from ivr.settings import Settings, load_settings, require_credentials
from ivr.web.rate import Rates


@click.command("serve")
@click.option("--host", default=None, help="Address to listen on (IVR_HOST).")
@click.option("--port", default=None, type=int, help="TCP port (IVR_PORT).")
def command(host: str | None, port: int | None) -> None:
    """Answer calls. Exit status 2 if the configuration is wrong, saying which key."""
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    try:
        settings = load_settings(**given)
        require_credentials(settings)
        if settings.record_calls:
            read_keys(settings.recording_key)
        Rates(settings.rate_storage_url, settings.api_rate_per_min)
        content = load_content(settings.prompts_dir)
        # Addresses that can't be meant are refused here; databases that are down are waited for later.
        connect(settings.database_url).dispose()
        DemoShop(settings.shop_database_url).close()
    except (ConfigurationError, ContentError, RecordsError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    configure_logging(settings.log_level, settings.log_format)

    def load() -> tuple[Any, Callable[[], None]]:
        # Late, after the fork: the speech engines that it imports start threads, which do not survive one.
        from ivr.app import Hotline  # noqa: PLC0415

        hotline = Hotline(settings, content)
        hotline.start()
        return hotline.app, hotline.drain

    click.echo(_welcome(settings))
    HotlineServer(settings, load).run()


def _welcome(settings: Settings) -> str:
    address = f"http://{settings.host}:{settings.port}"
    public = (settings.public_url or "https://YOUR-PUBLIC-ADDRESS").rstrip("/")
    return "\n".join(
        (
            f"The hotline comes up on {address}",
            f"  phone in the browser   {address}/phone",
            f"  calls                  {address}/api/calls",
            f"  ready                  {address}/ready",
            f"  Twilio voice webhook   {public}/twilio/voice  (POST)",
            f"  Twilio status callback {public}/twilio/status  (POST)",
            "Ring it without a telephone:  python -m ivr call RECORDING.wav",
        )
    )
