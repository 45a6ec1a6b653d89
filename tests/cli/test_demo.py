"""The demonstration, from the list of units to the published result, as a newcomer runs it, with few residents."""

import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.demo
def test_the_demonstration_compares_publishes_serves_and_ends_cleanly(tmp_path):
    environment = os.environ | {"SURVEY_DATA_DIR": str(tmp_path), "SURVEY_PORT": "18650", "SURVEY_LANGUAGE": "en"}
    demo = subprocess.Popen(
        [sys.executable, "-m", "survey_app", "demo", "--residents", "60"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    stuck = threading.Timer(120, demo.kill)
    stuck.start()
    said = ""
    try:
        for line in demo.stdout:
            said += line
            if line.startswith("Posters:"):
                break
        assert "Acknowledged 60 = stored 60 = in the table 60 ballots." in said
        assert "cells compared, 0 differ." in said
        result, questionnaire = re.findall(r"http://[^ \n]+", said[said.index("Result page:") :])[:2]
        assert "样本不足" in read(result) or "满意" in read(result)
        assert '<form id="sheet" method="post"' in read(questionnaire)
        everybody = psutil.Process(demo.pid).children(recursive=True)
        assert len(everybody) >= 3, "the server, its workers, the jobs"
        os.killpg(demo.pid, signal.SIGTERM)  # As a terminal that closes does.
        assert demo.wait(60) == 128 + signal.SIGTERM  # A worker that was just started again takes its time to end.
        assert psutil.wait_procs(everybody, 20)[1] == []
        left = [each for each in psutil.process_iter() if _group_of(each) == demo.pid]
        assert psutil.wait_procs(left, 20)[1] == [], "no worker outlives its server"
    finally:
        stuck.cancel()
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGKILL)
        demo.stdout.close()
        demo.wait(10)


def _group_of(process):
    try:
        return os.getpgid(process.pid)
    except ProcessLookupError:
        return None


def read(url):
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own address.
        return answer.read().decode()
