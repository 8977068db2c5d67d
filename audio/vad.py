"""Voice activity: how likely each 32 ms of a call is speech (Silero VAD v6, as carried by faster-whisper).

The network (https://github.com/snakers4/silero-vad, MIT) sees 512 samples at 16 kHz with the 64 before them,
and keeps an LSTM state. The weights and session are shared by the process; each call has its own state.
"""

import importlib.util
import threading
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from audio.contracts import RECOGNITION_RATE_HZ, Samples
from audio.errors import ModelCorruptError, ModelMissingError

WINDOW_SAMPLES = 512
"""What the network judges at a time, at 16 kHz (fixed by its training)."""

WINDOW_MS = 1000 * WINDOW_SAMPLES // RECOGNITION_RATE_HZ
"""The same in milliseconds: 32."""

_CONTEXT_SAMPLES = 64
QUIET_PROBABILITY = 0.1
"""0 to 1: a window below this is quiet."""

SETTLED_WINDOWS = 31
"""Quiet windows in a row (1 s) after which the network knows the line's background; its state is remembered."""

STALE_WINDOWS = 94
"""Quiet windows in a row (3 s) after which it is put back into the state it had when it had settled. It was trained
on shorter pieces and goes deaf in a long silence: after 10 s of listening to a prompt it misses half of a "no" or
"agent", after 17 s nearly all; up to 5 s it hears them as in the first second (``tests/audio/test_vad.py``). A
fresh state instead of the settled one would take the first windows of a steady hum for speech."""

_STATE_SHAPE = (1, 1, 128)
_WEIGHTS = "silero_vad_v6.onnx"
_MEND = "Install it again: pip install --force-reinstall 'faster-whisper>=1.2,<1.3'"

_State = NDArray[np.float32]


def default_weights() -> Path:
    """Where faster-whisper keeps the VAD's weights.

    Raises:
        ModelMissingError: faster-whisper is not installed.
    """
    spec = importlib.util.find_spec("faster_whisper")
    if spec is None or spec.origin is None:
        raise ModelMissingError(f"{_WEIGHTS}: the package faster-whisper, which carries it, is missing. {_MEND}")
    return Path(spec.origin).parent / "assets" / _WEIGHTS


class VoiceModel:
    """The weights, loaded once. Safe to use from any thread: it keeps no state between calls."""

    def __init__(self, path: Path | None = None) -> None:
        """Load the network.

        Args:
            path: An ONNX file; None: the one faster-whisper carries.

        Raises:
            ModelMissingError: no such file.
            ModelCorruptError: the file is truncated or another network.
        """
        path = path or default_weights()
        if not path.is_file():
            raise ModelMissingError(f"{path}: the voice activity model is not there. {_MEND}")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        try:
            # Read here: onnxruntime's own file errors don't say which file.
            self._session = onnxruntime.InferenceSession(
                path.read_bytes(), sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime raises a dozen kinds of its own, and RuntimeError
            raise ModelCorruptError(f"{path}: can't be loaded ({str(error).strip()[:200]}). {_MEND}") from error
        inputs = {node.name for node in self._session.get_inputs()}
        if inputs != {"input", "h", "c"}:
            raise ModelCorruptError(
                f"{path}: not Silero VAD v6 (its inputs are {', '.join(sorted(inputs))}). {_MEND}"
            )

    def run(self, windows: NDArray[np.float32], h: _State, c: _State) -> tuple[NDArray[np.float32], _State, _State]:
        """Judge windows in order.

        Args:
            windows: shape (n, 576): each 512 samples with the 64 before them.
            h: LSTM state, shape (1, 1, 128).
            c: The other half of it.

        Returns:
            Probabilities, shape (n,), 0 to 1, and the new state.
        """
        probabilities, h, c = self._session.run(None, {"input": windows, "h": h, "c": c})
        return np.asarray(probabilities, dtype=np.float32).reshape(-1), h, c


_shared: VoiceModel | None = None
_shared_lock = threading.Lock()


def shared_model() -> VoiceModel:
    """The process's one :class:`VoiceModel`, loaded at first use (about 0.1 s).

    Raises:
        ModelError: the weights are missing or damaged.
    """
    global _shared  # noqa: PLW0603 - one set of weights per process is the point
    with _shared_lock:
        if _shared is None:
            _shared = VoiceModel()
        return _shared


class VoiceStream:
    """One call's voice activity. Not thread-safe: owned by the thread that feeds it."""

    def __init__(self, model: VoiceModel | None = None) -> None:
        """Start listening.

        Args:
            model: None: the process's shared one.

        Raises:
            ModelError: the weights are missing or damaged.
        """
        self._model = model or shared_model()
        self.reset()

    def reset(self) -> None:
        """Forget what came before, pending samples included."""
        self._h: _State = np.zeros(_STATE_SHAPE, dtype=np.float32)
        self._c: _State = np.zeros(_STATE_SHAPE, dtype=np.float32)
        self._quiet = 0
        self._settled: tuple[_State, _State] | None = None
        # The 64 samples of context, then whatever is short of a whole window.
        self._pending: Samples = np.zeros(_CONTEXT_SAMPLES, dtype=np.float32)

    def push(self, samples: Samples) -> list[float]:
        """Take the next audio.

        Args:
            samples: 16 kHz, shape (n,), any n; values that are not finite count as silence.

        Returns:
            The probability of speech, 0 to 1, of each 32 ms window that is now complete; often none or one.
        """
        clean = np.nan_to_num(np.asarray(samples, dtype=np.float32), posinf=0.0, neginf=0.0)
        line = np.concatenate((self._pending, np.clip(clean, -1.0, 1.0)))
        count = (len(line) - _CONTEXT_SAMPLES) // WINDOW_SAMPLES
        if count < 1:
            self._pending = line
            return []
        overlapping = np.lib.stride_tricks.sliding_window_view(line, _CONTEXT_SAMPLES + WINDOW_SAMPLES)
        windows = overlapping[: count * WINDOW_SAMPLES : WINDOW_SAMPLES]
        found: list[float] = []
        for start in range(0, count, SETTLED_WINDOWS):
            batch = np.ascontiguousarray(windows[start : start + SETTLED_WINDOWS])
            probabilities, self._h, self._c = self._model.run(batch, self._h, self._c)
            found += (float(probability) for probability in probabilities)
            self._stay_awake(found[start:])
        self._pending = line[count * WINDOW_SAMPLES :].copy()
        return found

    def _stay_awake(self, probabilities: list[float]) -> None:
        """Put a state that has gone stale in a long silence back to how it was early in it."""
        for probability in probabilities:
            self._quiet = self._quiet + 1 if probability < QUIET_PROBABILITY else 0
        if self._quiet < SETTLED_WINDOWS:
            self._settled = None
        elif self._settled is None:
            self._settled = (self._h, self._c)
        elif self._quiet >= STALE_WINDOWS:
            self._h, self._c = self._settled
            self._quiet = SETTLED_WINDOWS
