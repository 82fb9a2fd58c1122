"""Ctrl-C reaches every process of a terminal: a worker leaves it to the one that started it."""

import os
import signal

import pytest

from boneage_kit.benchmark import scale_out


def worker_ignores_interrupts():
    return signal.getsignal(signal.SIGINT) == signal.SIG_IGN, os.environ["PYTHONWARNINGS"]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows does not hand signals down")
def test_a_worker_ignores_ctrl_c_and_its_starter_does_not():
    from distributed import Client

    before = signal.getsignal(signal.SIGINT)
    with scale_out.local_cluster(1, 1) as cluster, Client(cluster) as client:
        ignored, warnings = client.submit(worker_ignores_interrupts).result()
        assert signal.getsignal(signal.SIGINT) is before
    assert ignored and "resource_tracker" in warnings
