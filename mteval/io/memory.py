"""Running out of memory: which errors say so, and how much there was.

What is said of it must itself take next to no memory, so this imports next to nothing.
"""

from __future__ import annotations

import errno
import os

__all__ = ["is_out_of_memory", "out_of_memory_sentence", "save_memory"]

# What libraries say in errors of other classes: the loader of shared objects, numpy, torch, C++,
# and threads, each of which takes a stack.
_SAYINGS = (
    *("cannot allocate memory", "can't allocate memory", "unable to allocate", "bad_alloc"),
    *("failed to map segment", "not enough memory", "out of memory", "can't start new thread"),
)
_SAYERS = (ImportError, OSError, RuntimeError, SystemError)
_NAMES = ("OutOfMemoryError", "OutOfMemoryException")
_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
# Bytes; chosen: scoring without a model takes less.
_SPARSE = 3_000_000_000
# Where there is no limit, some files say one that no machine has.
_ENDLESS = 1 << 60


def save_memory() -> None:
    """Let numpy start no threads where this process may have little, before numpy is loaded.

    Each takes 160 MB of addresses, and waits for ever where it does not get them, also at the end.
    """
    if any(size < _SPARSE for size, _ in _process_limits()):
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error, or one that it was raised for, says that memory ran out."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, MemoryError) or type(found).__name__ in _NAMES:
            return True
        if isinstance(found, OSError) and found.errno == errno.ENOMEM:
            return True
        # What C code makes of it that forgets to say why.
        if type(found) is SystemError and _process_limits():
            return True
        if isinstance(found, _SAYERS):
            said = str(found).lower()
            if any(saying in said for saying in _SAYINGS):
                return True
        # Also what "from None" hides.
        found = found.__cause__ or found.__context__
    return False


def out_of_memory_sentence() -> str:
    """Return what is said where memory ran out: how much there was, and what to do."""
    return (
        f"out of memory: there were {_at_hand()}; allow more, close other programs, or score fewer "
        "systems or metrics at once"
    )


def _at_hand() -> str:
    limits = [*_process_limits(), *_machine_limits()]
    if not limits:
        return "an unknown number of bytes"
    size, what = min(limits)
    return f"{size / 1e6:,.0f} MB {what}"


def _process_limits() -> list[tuple[int, str]]:
    """Return the limits of this process: bytes, and what limits them."""
    try:
        import resource
    except (ImportError, MemoryError):  # not on Windows
        return []
    found = []
    for name, what in (("AS", "(ulimit -v)"), ("DATA", "(ulimit -d)")):
        limit, _ = resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))
        if limit != resource.RLIM_INFINITY:
            found.append((limit, f"for this process {what}"))
    return found


def _machine_limits() -> list[tuple[int, str]]:
    """Return what the machine, or the part of it that this process may use, has."""
    found = []
    for path in _CGROUP_LIMITS:
        text = _read(path).strip()
        if text.isdecimal() and int(text) < _ENDLESS:
            found.append((int(text), "for this container (its memory limit)"))
    for line in _read("/proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            found.append((int(line.split()[1]) * 1024, "free on this machine"))
    return found


def _read(path: str) -> str:
    """Return the text of a file of the system; nothing where it cannot be read."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return ""
    try:
        return os.read(file, 10_000).decode("ascii", "replace")
    except OSError:
        return ""
    finally:
        os.close(file)
