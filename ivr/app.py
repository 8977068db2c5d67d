"""The front door: wires settings, models, records and rooms into one Flask application."""

from datetime import timedelta
from functools import partial

from flask import Flask

from ivr.bridge.hub import BridgeHub
from ivr.call.house import House
from ivr.call.messages import hearing_of
from ivr.call.persons import Persons
from ivr.call.tape import Recorder
from ivr.content.loader import load_content
from ivr.content.types import Content
from ivr.handoff.desk_setup import desk_opens, desk_takes_calls, open_desk
from ivr.handoff.ringing_recall import talks_since
from ivr.handoff.voicemail import MOST_WAITING, Messages
from ivr.loading import Loader
from ivr.metrics import Metrics
from ivr.records.accounts import Accounts
from ivr.records.accounts_calls import came_to_people
from ivr.records.audit import AuditLog
from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.recordings import Vault, read_keys
from ivr.records.retention import RetentionJob, keep_of
from ivr.records.store import Store
from ivr.records.types import VoicemailRecord
from ivr.settings import Settings
from ivr.telephony import webhooks
from ivr.telephony.dialling import make_ringing, rest_of
from ivr.telephony.tokens import StreamTokens
from ivr.telephony.watch import StreamWatch
from ivr.web import (
    access,
    accounts,
    api,
    callbacks,
    calls,
    desk,
    desk_api,
    desk_audio,
    desk_help,
    login,
    operations,
    phone,
    recordings,
    telephones,
)
from ivr.web.access_audit import note_requests
from ivr.web.visitors import logged_in_agent


class Hotline:
    """One process' hotline: its application, its calls, and what they use."""

    def __init__(self, settings: Settings, content: Content | None = None) -> None:
        """Wire everything up; :meth:`start` begins loading the models.

        Args:
            settings: The deployment's.
            content: The prompts; None loads them from ``settings.prompts_dir``.

        Raises:
            ContentError: a prompt, request or command file is wrong; names file and line.
            ConfigurationError: a setting is wrong; names it.
        """
        self.settings = settings
        content = content or load_content(settings.prompts_dir)
        self._first_content = content
        self.metrics = Metrics()
        self.store = Store(settings.database_url)
        self.bus = LocalBus()
        self.journal = DatabaseJournal(self.store, self.bus, mask=settings.mask_numbers)
        self.metrics.records_pending.set_function(lambda: self.journal.pending)
        self.loader = Loader(settings, content, self.journal, self.metrics, self.store.earlier_calls)
        self.bridge = BridgeHub()
        self.desk = open_desk(settings, self.store, self.journal, self._content, self.bridge)
        keys = read_keys(settings.recording_key) if settings.record_calls or settings.recording_key else ()
        self.vault = Vault(self.store.engine, settings.recordings_dir, keys)
        self._recorder = Recorder(self.vault) if settings.record_calls else None
        self.house = House(
            lambda: self.loader.services,
            content=content,
            max_calls=settings.max_calls,
            language=settings.language,
            waiting_s=settings.stream_token_s,
            journal=self.journal,
            known_number=self.store.known_number,
            recorder=self._recorder,
            persons=Persons(
                self.desk,
                self.bridge,
                partial(desk_takes_calls, settings, self.desk),
                partial(desk_opens, settings, self.desk),
            ),
            recall=self.store.call,
            loading=lambda: self.loader.loading,
        )
        self.tokens = StreamTokens(settings.stream_token_s)
        rest = rest_of(settings)
        self._fetch_message = rest.recording if rest is not None else None
        self.ringing = make_ringing(
            settings, self.house, rest, content=self._content, earlier=partial(talks_since, self.store.engine)
        )
        self.messages = Messages(
            self.journal, self._fetch_message, hearing_of(lambda: self.loader.services), self._unheard_messages
        )
        self.accounts = Accounts(
            self.store.engine,
            idle=timedelta(seconds=settings.login_idle_s),
            longest=timedelta(seconds=settings.login_max_s),
        )
        self.audit = AuditLog(self.store.engine)
        self._retention = RetentionJob(
            self.store.engine,
            self.vault,
            keep_of(settings),
            self.audit,
            delete_at_carrier=rest.delete_recording if rest is not None else None,
        )
        self._watch = StreamWatch(self.tokens, lambda info: self.house.finished(info.call_sid))
        self.app = self._make_app()

    def start(self) -> None:
        """Load the models in the background; the journal's writer opens the records by itself."""
        self._watch.start()
        self.loader.start()
        self.desk.start()
        self.ringing.start()
        self.messages.start()
        self._retention.start()

    def readiness(self) -> dict[str, str | None]:
        """Part → what is wrong with it; None when it is ready."""
        problems = self.loader.problems()
        problems["records"] = self.store.check()
        problems["calls"] = "going down: no new calls" if self.house.draining else None
        return problems

    def drain(self) -> None:
        """Take no new calls, see the live ones off, and write everything down."""
        self.house.drain(self.settings.drain_s)
        self.close()

    def close(self) -> None:
        """Stop what was started. Idempotent."""
        self._watch.stop()
        self.desk.stop()
        self.ringing.stop()
        self.messages.stop()
        self._retention.stop()
        self.audit.flush()
        if self._recorder is not None:
            self._recorder.close()
        self.loader.close()
        self.journal.close()
        self.store.close()

    def _content(self) -> Content:
        """The prompts, the version that new calls get."""
        services = self.loader.services
        return services.content if services else self._first_content

    def _unheard_messages(self) -> list[tuple[str, VoicemailRecord]]:
        """Messages that nobody has written down yet, the oldest first."""
        waiting = self.store.voicemails("waiting", MOST_WAITING)
        return [each for each in reversed(waiting) if each[1].transcript is None and not each[1].problem]

    def _backends(self) -> desk_help.Backends | None:
        """What agents' pages may ask; None until it is loaded."""
        services = self.loader.services
        if services is None:
            return None
        return desk_help.Backends(services.connectors, services.lookups, self.settings.fulfilment_deadline_s)

    def _make_app(self) -> Flask:
        app = Flask("ivr", static_folder=None)
        guard = access.Guard(self.settings, self.accounts, partial(came_to_people, self.store.engine))
        guard.protect(app)
        note_requests(app, self.audit)
        app.register_blueprint(
            webhooks.blueprint(
                self.house,
                self.settings,
                self.tokens,
                frame_bad=self.metrics.frame_bad,
                ringing=self.ringing,
                message_left=self.messages.left,
            )
        )
        app.register_blueprint(api.blueprint(self.store, self.bus, self.journal.flush))
        app.register_blueprint(telephones.blueprint(self.ringing))
        app.register_blueprint(calls.blueprint(self.store, self.journal.flush))
        app.register_blueprint(
            callbacks.blueprint(self.store, self.journal, self.journal.flush, self._fetch_message)
        )
        app.register_blueprint(
            desk_api.blueprint(
                self.desk,
                self.store,
                intents=lambda: self._content().requests,
                logged_in=logged_in_agent,
                flush=self.journal.flush,
            )
        )
        app.register_blueprint(
            desk_help.blueprint(
                self.desk, self.store, self._content, self._backends, logged_in_agent, self.journal.flush
            )
        )
        app.register_blueprint(desk.blueprint())
        app.register_blueprint(desk_audio.blueprint(self.bridge, self.settings))
        app.register_blueprint(login.blueprint(guard, self.accounts, self.audit))
        app.register_blueprint(accounts.blueprint(self.accounts, self.audit))
        app.register_blueprint(recordings.blueprint(self.vault, self.audit))
        app.register_blueprint(operations.blueprint(self.metrics, self.readiness, self.loader.notes))
        app.register_blueprint(phone.blueprint(self.house, self.settings, self.tokens))
        return app
