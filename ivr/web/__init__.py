"""Pages and API: blueprints, templates, static files."""
