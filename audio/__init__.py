"""Sound and nothing but sound: the line's codec, voice activity, recognition, prosody, synthesis.

Inside this package audio is always ``float32``, mono, in [-1, 1], at a stated rate; µ-law bytes exist
only at the telephone's edge (:mod:`audio.g711`) and in the voice cache. Nothing here knows what a call,
an intent or a database is.
"""

import os

# The recognizer's OpenMP threads must sleep while they wait for each other. By default they spin, and as soon as
# anything else wants the cores a decode of 0.3 s takes 14 s (seen with two threads on two busy cores). Has to be
# set before the library is loaded, hence here.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Except for some tens of microseconds: waking costs more than that, and a decode takes 0.36 instead of 0.40 s.
os.environ.setdefault("GOMP_SPINCOUNT", "20000")
