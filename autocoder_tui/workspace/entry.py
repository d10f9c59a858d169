"""One file or folder as the picker shows it, and the reasons not to send it to a model."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from autocoder_tui.safety.secret_files import looks_secret
from autocoder_tui.system.descriptors import open_unblocked
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.textfile import MAX_INPUT_BYTES, looks_binary, size_in_words

_SNIFFED_BYTES = 8192

_BINARY_SUFFIX_WORDS = """
.7z .a .avi .avif .bin .bmp .bz2 .class .db .dll .dylib .eot .exe .flac .gif .gz .heic .ico
.jar .jpeg .jpg .lib .lz4 .m4a .mkv .mo .mov .mp3 .mp4 .npy .npz .o .obj .ogg .otf .parquet
.pdf .pickle .pkl .png .psd .pyc .pyd .pyo .rar .so .sqlite .sqlite3 .tar .tgz .tif .tiff
.ttf .war .wasm .wav .webm .webp .whl .woff .woff2 .xlsx .docx .pptx .odt .xz .zip .zst
.safetensors .gguf .onnx .pt .pth .lockb .dmg .iso .apk
"""
_BINARY_SUFFIXES = frozenset(_BINARY_SUFFIX_WORDS.split())


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder of the project.

    `path` is relative to the project, "/" between parts; undecodable bytes are kept as
    surrogates, so it opens but must pass `display.visible` to be shown. `size` is bytes, 0
    for folders. `binary` and `secret` go by the name alone (`sniff_binary` looks inside).
    `symlink`: a link, followed for all the rest; `outside`: it leads out of the project;
    `special`: neither file nor folder (a pipe, a device, a link to nothing).
    """

    path: str
    is_dir: bool
    size: int = 0
    ignored: bool = False
    binary: bool = False
    secret: bool = False
    symlink: bool = False
    special: bool = False
    outside: bool = False

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


def read_entry(root: Path, path: str, *, ignored: bool = False) -> Entry | None:
    """The entry at `path` below the real path `root`, or None when nothing is there."""
    full = os.path.join(root, path)  # noqa: PTH118 - thousands of times in a listing
    try:
        status = os.lstat(full)
    except (OSError, ValueError):
        return None
    symlink = stat.S_ISLNK(status.st_mode)
    outside = False
    secret = looks_secret(path)
    mode = status.st_mode
    if symlink:
        real = os.path.realpath(full)
        outside = not Path(real).is_relative_to(root)
        secret = secret or looks_secret(real)
        try:
            status = os.stat(full)  # noqa: PTH116
            mode = status.st_mode
        except OSError:
            mode = 0
    is_dir = stat.S_ISDIR(mode)
    regular = stat.S_ISREG(mode)
    return Entry(
        path=path,
        is_dir=is_dir,
        size=status.st_size if regular else 0,
        ignored=ignored,
        binary=regular and has_binary_suffix(path),
        secret=secret and regular,
        symlink=symlink,
        special=not is_dir and not regular,
        outside=outside,
    )


def has_binary_suffix(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in _BINARY_SUFFIXES  # noqa: PTH122


def sniff_binary(path: Path) -> bool:
    """Whether the first 8 KB of a file show that it is no text.

    What cannot be read is not called binary: reading it will say what is wrong. Never
    waits on what is not a regular file.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        descriptor = open_unblocked(path)
    except (OSError, ValueError):
        return False
    try:
        return looks_binary(os.read(descriptor, _SNIFFED_BYTES))
    except OSError as error:
        return error.errno == errno.EINVAL
    finally:
        os.close(descriptor)


def why_never(root: Path, entry: Entry) -> str | None:
    """Why this file cannot be an input at all, or None. Looks into it for binary bytes."""
    if entry.outside:
        return "a link that leads out of the project"
    if entry.special:
        return "not a regular file"
    if entry.size > MAX_INPUT_BYTES:
        return f"{size_in_words(entry.size)}, more than one input may have"
    if not os.access(root / entry.path, os.R_OK):
        return "permission denied; change its mode"
    if entry.binary or sniff_binary(root / entry.path):
        return "binary, so a model cannot read it"
    return None


def why_not_with_others(root: Path, entry: Entry) -> str | None:
    """Why a folder or glob passes this file over, or None.

    Stricter than `why_never`: what git ignores and what may hold secrets is only ever
    picked by its own name.
    """
    if entry.ignored:
        return "ignored by .gitignore rules"
    if entry.secret:
        return "may hold secrets, so only its own name picks it"
    return why_never(root, entry)
