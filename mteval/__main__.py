"""Run the command line: the entry of ``mteval`` and of ``python -m mteval``."""

import os

try:
    from mteval.io.interrupts import run_command
except KeyboardInterrupt:
    os.write(2, b"mteval: interrupted\n")
    os._exit(130)

__all__ = ["main"]


def main() -> None:
    """Run the command line, which loading belongs to: Ctrl-C may come before it is done."""
    run_command(_run)


def _run() -> None:
    from mteval.cli.commands import main as run

    run()


if __name__ == "__main__":
    main()
