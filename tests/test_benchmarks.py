"""The benchmark measures what it says; its timings are not tested."""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

LABELS = np.arange(1024) % 8 // 7  # 896 and 128
SIZES = {"RandomOverSampler": 2 * 896, "RandomUnderSampler": 2 * 128}
BALANCED = {"to_torch_batch_sampler", "to_torch_sampler", "MPerClassSampler", *SIZES}


@pytest.fixture
def compare(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parent / "benchmarks")
    return importlib.import_module("compare")


@pytest.mark.parametrize("position", range(9))
def test_every_peer_gives_an_epoch_of_batches(compare, position):
    name = list(compare.PEERS)[position]
    if importlib.util.find_spec(compare.PACKAGES.get(name, "skbalance")) is None:
        message = f"{name} is not installed: pip install --no-deps torchsampler==0.1.2 pytorch-metric-learning==2.9.0"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    batches = list(compare.PEERS[name](LABELS))
    rows = np.concatenate(batches)
    assert len(rows) == SIZES.get(name, len(LABELS))
    assert {len(batch) for batch in batches} == {256}
    counts = np.bincount(LABELS[rows])
    assert (counts[0] == counts[1]) == (name in BALANCED)


def test_there_are_no_more_peers_than_the_test_above_knows(compare):
    assert len(compare.PEERS) == 9


def test_tables_are_multiples_of_ours_and_the_picture_is_drawn(compare, tmp_path, capsys):
    class Bench:
        """Each name takes as long as its place in the list."""

        def best(self, _, names, n_rows, *__):
            time = {name: (list(names).index(name) + 1) * 1e-9 for name in names}
            keys = "build", "first", "index", "label", "seconds", "again", "bytes"
            return {name: dict.fromkeys(keys, time[name]) for name in names if name != "torchsampler" or n_rows < 10**5}

    compare.report(Bench(), list(compare.PEERS), 5, tmp_path / "cost.png")
    printed = capsys.readouterr().out
    assert "| WeightedRandomSampler | 4.00 | 4.00 |" in printed
    assert "| torchsampler | 5.00 |  |" in printed
    assert "| physical limit | 9.00 | 9.00 |" in printed
    assert "| np.take | 0.000 | 3.00 | 0.000 | 3.00 |" in printed
    assert (tmp_path / "cost.png").stat().st_size > 10_000


def test_measurements_are_processes_of_their_own(compare, tmp_path):
    measured = compare.Bench(tmp_path, repeats=2).best("batches", [compare.OURS], 5000, 3)
    assert set(measured[compare.OURS]) == {"build", "first", "index", "bytes"}
    assert min(measured[compare.OURS].values()) > 0
