"""The front door: wires settings, models, records and rooms into one Flask application."""
