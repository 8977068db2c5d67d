"""Which emotion model a deployment uses: one word or one file, from its settings."""

from pathlib import Path

from audio.contracts import EmotionModel
from audio.emotion import BUNDLED, TrainedEmotion
from audio.emotion_index import UntrainedEmotion


def create_emotion_model(name: str = "bundled") -> EmotionModel | None:
    """Make the model that a setting names.

    Args:
        name: ``bundled``: the coefficients that come with the product; ``index``: none, how far a voice is from its
            own calm speech; ``off``: moods are not judged; else a file that ``python -m ivr train-emotion`` wrote.

    Raises:
        ModelMissingError: there is no such file.
        ModelCorruptError: it is not such a file.
    """
    if name == "off":
        return None
    if name == "index":
        return UntrainedEmotion()
    return TrainedEmotion.load(BUNDLED if name == "bundled" else Path(name))
