"""The whole hotline, rung from outside: the real server, in a process of its own."""
