"""The benchmark measures what it says; its timings are not tested."""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest
import torch

BENCHMARKS = Path(__file__).parent / "benchmarks"
LABELS = np.arange(1024) % 8 // 7  # 896 and 128
SIZES = {"RandomOverSampler": 2 * 896, "RandomUnderSampler": 2 * 128}
BALANCED = {"to_torch_batch_sampler", "to_torch_sampler", "MPerClassSampler", *SIZES}


@pytest.fixture
def compare(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("compare")


def names_of_peers():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        return list(importlib.import_module("peers").PEERS)


@pytest.mark.parametrize("name", names_of_peers())
def test_every_peer_gives_an_epoch_of_batches(compare, name):
    if importlib.util.find_spec(compare.PACKAGES.get(name, "skbalance")) is None:
        message = f"{name} is not installed: {compare.INSTALL}"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    torch.manual_seed(0)  # else independent draws would be balanced by chance once in forty runs
    batches = list(compare.PEERS[name](LABELS))
    rows = np.concatenate(batches)
    assert len(rows) == SIZES.get(name, len(LABELS))
    assert {len(batch) for batch in batches} == {256}
    counts = np.bincount(LABELS[rows])
    assert (counts[0] == counts[1]) == (name in BALANCED)


def test_tables_are_multiples_of_ours_and_the_picture_has_a_line_for_each_peer(compare, capsys):
    class Bench:
        """Each name takes as long as its place in the list."""

        def best(self, _, names, n_rows, *__):
            time = {name: (list(names).index(name) + 1) * 1e-9 for name in names}
            keys = "build", "first", "index", "label", "seconds", "again", "whole", "share", "bytes"
            return {
                name: dict.fromkeys(keys, time[name])
                for name in names
                if name != "torchsampler" or n_rows < 10**5
            }

    figure = compare.report(Bench(), list(compare.PEERS), 5)
    printed = capsys.readouterr().out
    assert "| WeightedRandomSampler | 4.00 | 4.00 |" in printed
    assert "| torchsampler | 5.00 |  |" in printed
    assert "| physical limit | 9.00 | 9.00 |" in printed
    for axes in figure.axes:
        drawn = {line.get_label(): line.get_xdata().tolist() for line in axes.lines}
        assert set(drawn) == set(compare.PEERS)
        assert (drawn["torchsampler"], drawn["physical limit"]) == ([10**4], [10**4, 10**5])


def test_measurements_are_processes_of_their_own(compare, tmp_path):
    measured = compare.Bench(tmp_path, repeats=2).best("batches", [compare.OURS], 5000, 3)[
        compare.OURS
    ]
    assert set(measured) == {"build", "first", "index", "bytes"}
    assert min(measured["build"], measured["first"], measured["index"]) > 0


def test_partitions_are_measured_with_and_without_a_cluster(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    partitions = importlib.import_module("partitions")
    assert np.bincount(partitions.labels(0, 5000)).argmax() == 9
    for n_workers in 0, 1:
        measured = partitions.in_process(6400, n_workers, keep_memory=True)
        assert min(measured["seconds"]) > 0
        assert measured["peak"] > 50
