"""One live call: wires the rooms together and owns its thread."""
