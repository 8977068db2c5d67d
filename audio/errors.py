"""What can go wrong with sound.

::

    AudioError
    ├── WavError              a recording that can't be read: names the file and the reason
    ├── ModelError            weights that can't be used: names the file and the mend
    │   ├── ModelMissingError
    │   └── ModelCorruptError
    ├── RecognitionError      the recognizer failed or was too late
    │   ├── RecognitionBusyError     refused: the queue is full
    │   └── RecognitionTimeoutError  not done by its deadline
    └── SynthesisError        a text that could not be spoken
"""


class AudioError(Exception):
    """Base of every error this package raises on purpose."""


class WavError(AudioError):
    """A recording could not be read; the message names the file and the reason."""


class ModelError(AudioError):
    """Model weights could not be used; the message names the file and what to do."""


class ModelMissingError(ModelError):
    """The weights are not installed, or the configured folder does not hold them."""


class ModelCorruptError(ModelError):
    """The weights are there but truncated, altered or something else entirely."""


class RecognitionError(AudioError):
    """The recognizer failed on an utterance."""


class RecognitionBusyError(RecognitionError):
    """The recognizer's queue is full: the job was refused at once."""


class RecognitionTimeoutError(RecognitionError):
    """A recognition was not done by its deadline."""


class SynthesisError(AudioError):
    """A text could not be turned into speech."""
