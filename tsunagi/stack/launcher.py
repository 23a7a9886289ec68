"""Start a program that dies with its supervisor: `launcher.py SUPERVISOR-PID SIGNAL USER PROGRAM ARGUMENTS…`.

Run as a file, before anything is imported: it becomes the user (uid:gid, or `-` for the same), asks the kernel (Linux)
to send the signal when the supervisor is gone, however it went, and becomes the program. Where there is no such
request, the next start cleans up what was left.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Become the program, or end with 70 where the supervisor has died already."""
    supervisor, number, user, *program = sys.argv[1:]
    if user != "-":
        uid, gid = map(int, user.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)  # before the request, which a change of user would undo
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != int(supervisor):
        sys.exit(70)
    os.execv(program[0], program)  # noqa: S606 - our own list of arguments


if __name__ == "__main__":
    main()
