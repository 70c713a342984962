"""The command line: the one room that wires the others together."""
