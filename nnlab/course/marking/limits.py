"""Limits of a process that is not trusted: processor time, memory, sizes of files, processes."""

import contextlib
import resource

MEMORY, FILE, FILES, PROCESSES = 8 << 30, 32 << 20, 256, 512


def limit(seconds):
    """Set the limits of this process and those that it starts: `seconds` of processor time, and the others."""
    for kind, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, FILE),
                       (resource.RLIMIT_NOFILE, FILES), (resource.RLIMIT_NPROC, PROCESSES),
                       (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))
