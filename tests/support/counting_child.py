"""A process that counts as a server process does, says so, and waits to be ended: for tests of its parent.

`python counting_child.py CALLS STREAMS QUEUE`; the metrics' address that it found in its environment is what it says.
"""

import os
import sys
from datetime import timedelta

from absense_server.adapters.metrics.process import ProcessMetrics
from absense_server.domain.policy import RecordStatus
from absense_server.domain.verdicts import Check, Reason, passed


def main() -> None:
    calls, streams, queue = (int(word) for word in sys.argv[1:])
    metrics = ProcessMetrics("1")
    observed = metrics.calls({"/a.B/C": "unary"}).observed
    for _ in range(calls):
        observed("/a.B/C", "OK", 0.02)
        metrics.claim_kept(RecordStatus.CONFIRMED, [passed(Check.FACE, Reason.FACE_MATCHES)])
    metrics.watch_streams(lambda: streams)
    metrics.verifications_waiting(queue, timedelta(seconds=queue))
    metrics.sample()
    print(f"counted, serves metrics at {os.environ['METRICS_ADDRESS']!r}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
