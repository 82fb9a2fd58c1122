"""The one error a user of the kit meets: what is wrong, and what to do."""

from __future__ import annotations

import logging
import re
import struct

_log = logging.getLogger(__name__)
_ENDS_EARLY = re.compile(
    r"truncat|too short|not enough|requires a buffer|buffer is smaller|failed to read \d+ bytes|"
    r"(un)?expected(ly)? (end|eof)|premature|EOF\b|end of (the )?(file|data|stream)|"
    r"not contain the full|is less than the expected|incomplete",
    re.IGNORECASE,
)


def cause_of(error: BaseException) -> str:
    """Return in the kit's own words why a library could not read or write something.

    What the library said goes to the log, at level debug: a user can do nothing with
    ``<_io.BytesIO object at 0x7f...>``.

    >>> cause_of(PermissionError(13, "Permission denied", "/home/ann/film.png"))
    'Permission denied'
    >>> cause_of(OSError("image file is truncated (7 bytes not processed)"))
    'it ends too early'
    >>> cause_of(ValueError("cannot identify image file <_io.BytesIO object at 0x7f4f>"))
    'its content is damaged, or of a variant that is not known here'
    """
    _log.debug("what the library said", exc_info=error)
    if isinstance(error, OSError) and error.strerror and error.errno:
        return str(error.strerror)
    if isinstance(error, MemoryError):
        return "it needs more memory than this machine has free"
    text = str(error)
    if isinstance(error, EOFError | struct.error) or _ENDS_EARLY.search(text):
        return "it ends too early"
    if re.search(r"\bCRC|checksum|check sum", text, re.IGNORECASE):
        return "its check sum does not fit, so bytes of it have changed"
    if re.search(r"encrypted|password", text, re.IGNORECASE):
        return "it is encrypted"
    return "its content is damaged, or of a variant that is not known here"


class BadInput(ValueError):
    """Input the kit refuses: one sentence on what is wrong, one on what to do.

    The command line prints it on one line and exits with 2.

    >>> print(BadInput("The age is 132.", "Give it in years; 132 months are 11.0 years."))
    The age is 132. Give it in years; 132 months are 11.0 years.
    >>> import pickle
    >>> pickle.loads(pickle.dumps(BadInput("The age is 132.", "Give it in years."))).remedy
    'Give it in years.'
    """

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem} {remedy}")

    def __reduce__(self) -> tuple:
        """Pickle both sentences, so that an error of a worker process arrives whole."""
        return type(self), (self.problem, self.remedy)
