"""Pure decisions: what to say or do next, and why. No I/O, no clock of its own."""
