"""Text files as a user hands them in: read whole, or refused with what was found and what is allowed."""

from __future__ import annotations

import stat
from pathlib import Path

from sim.errors import UTF8, not_utf8

LARGEST_FILE = 2**20  # bytes; the shipped files have about ten thousand
LONGEST_LINE = 10_000  # characters; the standard reader takes minutes over a key of many thousand dots


class Unreadable(Exception):
    """Why a file gives no text: what was found, what is allowed, and what may have been meant."""

    def __init__(self, found: str, allowed: str, suggestion: str = "") -> None:
        super().__init__(found)
        self.found, self.allowed, self.suggestion = found, allowed, suggestion


def read_text(path: Path, kind: str = "a scenario file", largest: int = LARGEST_FILE) -> str:
    """Return a file's text; `Unreadable` where it is none, which should have been a ``kind``, or has more bytes."""
    if not_utf8(path.name):
        raise Unreadable(f"a file called {not_utf8(path.name)}", UTF8)
    raw = _bytes(path, kind, largest)
    if b"\0" in raw and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("a binary file", f"{kind}, which is text")
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Unreadable(f"a file that is not UTF-8 (line {line})", "a text file in UTF-8") from None
    if max(map(len, text.split("\n"))) > LONGEST_LINE:
        raise Unreadable("a line that is too long", f"lines of at most {LONGEST_LINE} characters")
    return text


def _bytes(path: Path, kind: str, largest: int) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise Unreadable("a directory", kind)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("something that is not a regular file", kind)
        if status.st_size > largest:
            raise Unreadable(f"a file of {status.st_size / 2**20:.1f} MiB", f"at most {largest // 2**20} MiB")
        with path.open("rb") as stream:
            return stream.read(largest + 1)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise Unreadable(f"a file that cannot be read ({reason.lower()})", f"{kind} that can be read") from None
