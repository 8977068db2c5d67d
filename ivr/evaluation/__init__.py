"""Judging the hotline by recordings: the same rooms a live call goes through, offline and as fast as they go."""
