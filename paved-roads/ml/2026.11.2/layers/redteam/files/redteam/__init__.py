"""Attacks on this project's own model or service, run by `python -m redteam`."""
