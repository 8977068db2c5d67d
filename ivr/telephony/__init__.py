"""The carrier's edge: Twilio's webhooks, TwiML and media stream, and the simulated line."""
