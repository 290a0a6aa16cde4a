"""Run the command line: the entry of ``mteval`` and of ``python -m mteval``."""

import os
import sys

# python -m looks for modules in the working folder first, and that may be somebody else's.
if __name__ == "__main__" and sys.path[0] in ("", os.getcwd()):  # noqa: PTH109 - pathlib is not loaded
    del sys.path[0]

try:
    from mteval.io.interrupts import run_command
    from mteval.io.memory import is_out_of_memory, out_of_memory_sentence, save_memory
except KeyboardInterrupt:
    os.write(2, b"mteval: interrupted\n")
    os._exit(130)
except MemoryError:
    os.write(2, b"mteval: out of memory, before anything was loaded; allow more\n")
    os._exit(2)

__all__ = ["main"]


def main() -> None:
    """Run the command line, which loading belongs to: Ctrl-C may come before it is done."""
    run_command(_run)


def _run() -> None:
    """Run the command; whatever lacks memory, and in whatever words, is one sentence."""
    try:
        save_memory()
        from mteval.cli.commands import main as run

        run()
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        os.write(2, f"mteval: {out_of_memory_sentence()}\n".encode())
        # At once: threads of libraries that wait for memory would keep the process from its end.
        os._exit(2)


if __name__ == "__main__":
    main()
