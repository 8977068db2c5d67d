"""The command line's subcommands: one module each, holding one click command named ``command``."""
