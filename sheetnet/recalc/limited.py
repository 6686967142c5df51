"""Start a program with limits: `limited.py SECONDS BYTES PARENT PROGRAM ARGUMENT…`.

A script of its own, since limits that are set between fork and exec by Python code can
hang a program that has threads. 0 means no limit of that kind; a program with a PARENT, a
process's number, ends when that does.
"""

from __future__ import annotations

import os
import signal
import sys


def limit(seconds: int, size: int) -> None:
    """Bound this process's computing time and memory, and those of what it becomes."""
    import resource

    limits = [(resource.RLIMIT_CORE, 0)]
    if seconds:
        limits.append((resource.RLIMIT_CPU, seconds))
    if size:
        # Not every system can bound the address space: macOS refuses.
        limits += [(resource.RLIMIT_AS, size), (resource.RLIMIT_FSIZE, size)]
    for kind, most in limits:
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        try:
            resource.setrlimit(kind, (most, most))
        except (OSError, ValueError):
            continue


def end_with(parent: int) -> None:
    """Let this process, and what it becomes, be killed when its parent ends (Linux only)."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    set_signal_of_parents_death = 1
    ctypes.CDLL(None).prctl(set_signal_of_parents_death, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("its parent has ended")


if __name__ == "__main__":
    limit(int(sys.argv[1]), int(sys.argv[2]))
    if int(sys.argv[3]):
        end_with(int(sys.argv[3]))
    os.execvp(sys.argv[4], sys.argv[4:])
