"""Runs the command line: `python -m` with the name of the package."""

from .cli import main

if __name__ == "__main__":
    raise SystemExit(main())
