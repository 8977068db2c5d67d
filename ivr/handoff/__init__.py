"""Handing a call to a person: the summary and the transfer."""
