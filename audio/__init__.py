"""Sound and nothing but sound: the line's codec, voice activity, recognition, prosody, synthesis.

Inside this package audio is always ``float32``, mono, in [-1, 1], at a stated rate; µ-law bytes exist
only at the telephone's edge (:mod:`audio.g711`) and in the voice cache. Nothing here knows what a call,
an intent or a database is.
"""
