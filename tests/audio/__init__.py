"""Sound: what the line brings and what is made of it."""
