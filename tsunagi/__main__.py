"""The command `tsunagi`."""

import errno
import sys

from tsunagi.commands import load_all
from tsunagi.stack.errors import StackError


def main() -> None:
    """Run the command line; what went wrong is said in a sentence."""
    try:
        load_all()()
    except StackError as error:
        sys.exit(f"tsunagi: {error}")
    except OSError as error:
        if error.errno == errno.ENOSPC:
            sys.exit("tsunagi: The disk is full.")
        raise


if __name__ == "__main__":
    main()
