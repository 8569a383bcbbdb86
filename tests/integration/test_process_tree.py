"""A process is ended with all that it has started."""

import signal
import subprocess
import sys

import pytest

from backing.process_tree import descendants, kill_tree

# starts another that starts a third, in sessions of their own; each says its pid
_PARENT = """
import os, subprocess, sys, time
print(os.getpid(), flush=True)
if len(sys.argv[1]) < 3:
    subprocess.Popen([sys.executable, "-c", sys.argv[2], sys.argv[1] + "x", sys.argv[2]], start_new_session=True)
time.sleep(600)
"""


def test_a_tree_is_ended_at_one_instant() -> None:
    with subprocess.Popen([sys.executable, "-c", _PARENT, "x", _PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        try:
            pids = [int(parent.stdout.readline()) for _ in range(3)]
            assert [parent.pid, *descendants(parent.pid)] == pids
        finally:
            kill_tree(parent.pid)
        assert parent.stdout.read() == ""  # nobody holds it any longer
    assert parent.returncode == -signal.SIGKILL
    with pytest.raises(ProcessLookupError):
        kill_tree(parent.pid)
