"""Run the command line as ``python -m mteval``."""

from mteval.cli import main

if __name__ == "__main__":
    main()
