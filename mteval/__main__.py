"""Run the command line as ``python -m mteval``."""

from mteval.cli.commands import main

if __name__ == "__main__":
    main()
