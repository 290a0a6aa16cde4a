"""Run the command line as ``python -m mteval``."""

from mteval.cli.app import main

if __name__ == "__main__":
    main()
