"""Tests of judging the hotline by recordings."""
