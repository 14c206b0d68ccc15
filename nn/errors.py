"""The exceptions of `nn`; each says what happened, what was got, what was expected and what to try.

    ValueError
    └── DataError               a data file cannot be had or cannot be believed
        ├── NotIDX              the bytes do not begin as an IDX file does
        │   └── WebPageReceived they are HTML or XML, as a login page or a mirror's error page is
        ├── DamagedGzip         the gzip envelope is broken (its own checksum, or rubbish after it)
        ├── TruncatedFile       the bytes end before the header says so
        ├── TrailingBytes       the bytes go on after the header says so
        ├── WrongDimensions     the header names another shape or number type than expected
        ├── FileTooLarge        more bytes than anyone agreed to read
        ├── DamagedArchive      an .npz archive that cannot be read, or not as plain arrays
        ├── ChecksumMismatch    the SHA-256 of the data is not the published one
        ├── InconsistentData    the files are sound but do not fit together
        ├── UnreadableFile      the operating system refuses to read it
        ├── DownloadFailed      no mirror delivered the file
        └── DataNotFound        nothing is at the places that were looked at

Whoever catches ValueError catches them all.
"""

import textwrap
from collections.abc import Iterable


class DataError(ValueError):
    """A data file cannot be had or cannot be believed.

    The four parts stay available as attributes of the same names.

    >>> print(DataError("a.gz is empty", got="0 bytes", expected="16 bytes", advice="fetch it again"))
    a.gz is empty
      got: 0 bytes
      expected: 16 bytes
      try: fetch it again
    """

    def __init__(self, happened: str, got: str = "", expected: str = "", advice: str = "") -> None:
        # All parts go to the base class by position, so that pickling (a worker process) brings them back.
        super().__init__(happened, got, expected, advice)
        self.happened, self.got, self.expected, self.advice = happened, got, expected, advice

    def __str__(self) -> str:
        details = {"got": self.got, "expected": self.expected, "try": self.advice}
        return self.happened + "".join(f"\n  {_joined(key, text)}" for key, text in details.items() if text)

    @property
    def summary(self) -> str:
        """What happened and what was got, for a list of several failures."""
        return _joined(self.happened, self.got) if self.got else self.happened


def listing(summaries: Iterable[str]) -> str:
    """Return the text of several failures for `got`: each on a line of its own, further to the right.

    >>> print(DataError("no luck", got=listing(["left is empty", "right is empty"])))
    no luck
      got:
        left is empty
        right is empty
    """
    return "".join("\n" + textwrap.indent(summary, "    ") for summary in summaries)


def _joined(key: str, text: str) -> str:
    return f"{key}:{text}" if text.startswith("\n") else f"{key}: {text}"


class NotIDX(DataError):
    """The bytes do not begin as an IDX file does."""


class WebPageReceived(NotIDX):
    """The bytes are HTML or XML, as a login page or a mirror's error page is."""


class DamagedGzip(DataError):
    """The gzip envelope is broken."""


class TruncatedFile(DataError):
    """The bytes end before the header says so."""


class TrailingBytes(DataError):
    """The bytes go on after the header says so."""


class WrongDimensions(DataError):
    """The header names another shape or number type than expected."""


class FileTooLarge(DataError):
    """More bytes than anyone agreed to read."""


class DamagedArchive(DataError):
    """An .npz archive that cannot be read, or not as plain arrays."""


class ChecksumMismatch(DataError):
    """The SHA-256 of the data is not the published one."""


class InconsistentData(DataError):
    """The files are sound but do not fit together."""


class UnreadableFile(DataError):
    """The operating system refuses to read the file."""


class DownloadFailed(DataError):
    """No mirror delivered the file; `got` has one line for each mirror."""


class DataNotFound(DataError):
    """Nothing is at the places that were looked at."""
