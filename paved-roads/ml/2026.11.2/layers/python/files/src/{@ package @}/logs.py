"""Log lines on standard error: UTC time, level, logger, message, one line each."""

import logging
import sys
import time

_ROOT = __name__.rpartition(".")[0]


class _OneLine(logging.Filter):
    """Escapes line breaks and control characters, so that data cannot forge a log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Puts the message in its escaped form into the record, and lets every record pass."""
        message = record.getMessage()
        record.msg = "".join(c if c.isprintable() else repr(c)[1:-1] for c in message)
        record.args = ()
        return True


def configure(level: str = "INFO") -> None:
    """Sends the package's log lines to standard error. A second call replaces the first.

    Args:
        level: Name of a level of `logging`, in either case.

    Raises:
        ValueError: when there is no such level.
    """
    formatter = logging.Formatter(
        "%(asctime)sZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    handler.addFilter(_OneLine())
    logger = logging.getLogger(_ROOT)
    logger.handlers = [handler]
    logger.setLevel(level.upper())


def get_logger(name: str) -> logging.Logger:
    """Returns the logger of a module. Pass `__name__`."""
    return logging.getLogger(name)
