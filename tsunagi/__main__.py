"""The command `tsunagi`."""

import sys

from tsunagi.commands import load_all
from tsunagi.stack.errors import StackError


def main() -> None:
    """Run the command line; what went wrong is said in a sentence."""
    try:
        load_all()()
    except StackError as error:
        sys.exit(f"tsunagi: {error}")


if __name__ == "__main__":
    main()
