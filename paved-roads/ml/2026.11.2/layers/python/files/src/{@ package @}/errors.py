"""Faults that a person can mend. Each says what, where, why and what to do next."""


class ProjectError(Exception):
    """A fault with its explanation, for the person at the command line.

    Args:
        what: What went wrong, one short sentence.
        where: The file, key or row that it is about.
        why: Why this stops the work.
        fix: What to do next.
    """

    def __init__(self, what: str, *, where: str, why: str, fix: str) -> None:
        super().__init__(f"{what}\n  where: {where}\n  why:   {why}\n  next:  {fix}")
        self.what = what
        self.where = where
        self.why = why
        self.fix = fix


class DataError(ProjectError, ValueError):
    """Data that does not have the form that the project expects."""
