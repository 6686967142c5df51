"""Start a program with limits: `limited.py SECONDS BYTES PROGRAM ARGUMENT…`.

A script of its own, since limits that are set between fork and exec by Python code can
hang a program that has threads. 0 means no limit of that kind.
"""

from __future__ import annotations

import os
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


if __name__ == "__main__":
    limit(int(sys.argv[1]), int(sys.argv[2]))
    os.execvp(sys.argv[3], sys.argv[3:])
