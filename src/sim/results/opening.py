"""Opening a stored folder: its manifest and its files are checked before anything else reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import Problem, UserError
from sim.results.store import MANIFEST, file_record


@dataclass(frozen=True)
class Format:
    """A format of folders.

    Attributes
    ----------
    noun, command
        What such a folder is, and the command that makes it.
    name, version
        What its manifest calls itself.
    entries
        What the manifest must hold, and of which types.
    """

    noun: str
    command: str
    name: str
    version: int
    entries: Mapping[str, type]


def read_manifest(folder: Path, meant: Format) -> dict[str, Any]:
    """Return the manifest of a folder of a format.

    Raises
    ------
    UserError
        There is no such folder, or its manifest is missing, damaged, or of another format.
    """
    where, place = str(folder), str(folder / MANIFEST)
    if not folder.exists():
        allowed = f"there is no such folder; name the folder that `{meant.command}` has printed"
        raise UserError(Problem(where, allowed=allowed))
    if not folder.is_dir():
        raise UserError(Problem(where, found="a file", allowed=f"the folder of a {meant.noun}"))
    try:
        content = json.loads((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        allowed = f"no {meant.noun}: it has no {MANIFEST} (another folder, or a {meant.command} that was broken off)"
        raise UserError(Problem(where, allowed=allowed)) from None
    except OSError as error:
        raise UserError(Problem(place, allowed=f"cannot be read: {error.strerror}")) from error
    except ValueError as error:
        raise UserError(Problem(place, allowed=f"is damaged: {error}")) from error
    if not isinstance(content, dict) or content.get("format") != meant.name:
        raise UserError(Problem(place, allowed=f"this is not the manifest of a {meant.noun}"))
    version = content.get("format_version")
    if version not in range(1, meant.version + 1):
        known = "1" if meant.version == 1 else f"1 to {meant.version}"
        allowed = f"{known}; the {meant.noun} was made by another version of skloki"
        raise UserError(Problem(place, field="format_version", found=str(version), allowed=allowed))
    problems = [
        Problem(place, key, type(content[key]).__name__ if key in content else "nothing", kind.__name__)
        for key, kind in meant.entries.items()
        if not isinstance(content.get(key), kind)
    ]
    if problems:
        raise UserError(problems)
    return content


def fault(
    folder: Path, name: str, record: Any, *, verify: bool, source: str = MANIFEST,
    meant: str = "what the manifest says", remedy: str = "",
) -> Problem | None:  # fmt: skip
    """Return what is wrong with a file of a folder; None if nothing is.

    Parameters
    ----------
    record
        Its size and hash, as ``source`` names them: the manifest, or the journal of a sweep.
    verify
        Compare the hash too.
    meant, remedy
        Words of the message: what the content should be, and what to do about it.
    """
    path = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts or not isinstance(record, dict):
        return Problem(str(folder / source), field="files", found=repr(name), allowed="files inside the folder")
    try:
        if path.stat().st_size != record.get("bytes"):
            allowed = f"{record.get('bytes')} bytes; the file is damaged{remedy}"
            return Problem(str(path), found=f"{path.stat().st_size} bytes", allowed=allowed)
        if verify and file_record(path) != record:
            return Problem(str(path), allowed=f"the file is damaged: its content is not {meant}{remedy}")
    except FileNotFoundError:
        return Problem(str(path), allowed=f"the file is missing{remedy}")
    except OSError as error:
        return Problem(str(path), allowed=f"cannot be read: {error.strerror}")
    return None


def check_files(folder: Path, files: Mapping[str, Any], *, verify: bool, needed: tuple[str, ...] = ()) -> None:
    """Check the files that a manifest names; UserError with every fault.

    Parameters
    ----------
    files
        Their records by name.
    verify
        Compare every file's hash; otherwise only its size.
    needed
        Files that it must name.
    """
    problems = [Problem(str(folder / MANIFEST), field="files", allowed=f"{name} is missing")
                for name in needed if name not in files]  # fmt: skip
    found = (fault(folder, name, record, verify=verify) for name, record in files.items())
    problems += [problem for problem in found if problem is not None]
    if problems:
        raise UserError(problems)
