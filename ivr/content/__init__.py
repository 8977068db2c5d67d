"""What managers write in ``prompts/``: loaded, validated, versioned."""
