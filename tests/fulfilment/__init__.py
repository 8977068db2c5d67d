"""Tests of ivr/fulfilment."""
