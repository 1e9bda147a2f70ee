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


@pytest.fixture
def peers(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("peers")


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
            keys = "build first index drawn label seconds again whole share bytes"
            return {
                name: dict.fromkeys(keys.split(), time[name])
                for name in names
                if name != "torchsampler" or n_rows < 10**5
            }

        def of_trees(self, _, trees, *__):
            keys = "build", "first", "index", "bytes"
            return {which: dict.fromkeys(keys, 1e-9 + 1e-9 * (which == "now")) for which in trees}

    compare.report_against(Bench(), BENCHMARKS, 4)
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| 10,000 |")]
    # Of rows and of batches, in 2, 10, 100 and 1,000 classes.
    assert len(rows) == 2 * 4
    assert all("| 1 to 2 |" in row for row in rows)
    figure = compare.report(Bench(), list(compare.PEERS), 5)
    printed = capsys.readouterr().out
    assert "| WeightedRandomSampler | 4.00 | 4.00 | 4.00 |" in printed
    assert "| torchsampler | 5.00 | 5.00 |  |" in printed
    assert "| lower bound | 9.00 | 9.00 | 9.00 |" in printed
    for axes in figure.axes:
        drawn = {line.get_label(): line.get_xdata().tolist() for line in axes.lines}
        assert set(drawn) == set(compare.PEERS)
        assert (drawn["torchsampler"], drawn["lower bound"]) == (
            [10**3, 10**4],
            [10**3, 10**4, 10**5],
        )


def test_another_tree_is_measured_beside_this_one(compare, tmp_path):
    """A tree whose sampler is slow by half a second an epoch is seen to be."""
    (tmp_path / "skbalance.py").write_text(
        "import time\n\nclass InverseFrequencySampler:\n"
        "    def __init__(self, random_state): pass\n"
        "    def to_torch_sampler(self, labels):\n        time.sleep(0.5)\n        return [0]\n"
        "    def to_torch_batch_sampler(self, labels, batch_size):\n        return [[0]]\n"
    )
    bench = compare.Bench(tmp_path, repeats=1)
    trees = {"before": tmp_path, "now": compare.TREE}
    measured = bench.of_trees("to_torch_sampler", trees, 10**6, 2)
    assert measured["before"]["build"] > 0.5
    assert measured["now"]["index"] < measured["before"]["index"]


def test_a_folder_without_the_library_is_no_tree(compare, capsys):
    with pytest.raises(SystemExit):
        compare.main(["--against", str(BENCHMARKS)])
    assert f"there is no skbalance in {BENCHMARKS}" in capsys.readouterr().err


def test_measurements_are_processes_of_their_own(compare, tmp_path):
    measured = compare.Bench(tmp_path, repeats=2).best("batches", [compare.OURS], 5000, 3)[
        compare.OURS
    ]
    assert set(measured) == {"build", "first", "index", "drawn", "bytes"}
    assert min(measured["build"], measured["first"], measured["index"]) > 0


@pytest.mark.parametrize("name", ["to_torch_batch_sampler", "WeightedRandomSampler"])
def test_both_draw_by_the_weights_of_rows(peers, monkeypatch, name):
    torch.manual_seed(0)
    drawn = []
    monkeypatch.setattr(peers, "_measured", lambda make, labels: drawn.extend(make(labels)))
    peers.measure_weights(name, LABELS)
    rows = np.concatenate(drawn)
    weights = np.random.default_rng(1).lognormal(size=len(LABELS))
    expected = weights / np.bincount(LABELS, weights)[LABELS] * len(LABELS) / 2
    times = np.bincount(rows, minlength=len(LABELS))
    heavy = expected > 2
    assert times.sum() == len(LABELS)
    # Of independent draws the sum is within 5 standard deviations but for one case in a million.
    assert abs(times[heavy].sum() - expected[heavy].sum()) < 5 * expected[heavy].sum() ** 0.5


def test_label_sets_are_as_they_are_described(peers):
    y = peers.zipf_label_sets(5000)
    n_borne = np.diff(y.indptr)
    assert (y.shape, set(y.data.tolist())) == ((5000, 1200), {1})
    assert (n_borne.min(), n_borne.max()) == (1, 8)
    counts = y.sum(axis=0)
    assert 1.6 < counts[0] / counts[1] < 2


def test_partitions_are_measured_with_and_without_a_cluster(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    partitions = importlib.import_module("partitions")
    assert np.bincount(partitions.labels(0, 5000)).argmax() == 9
    for n_workers in 0, 1:
        measured = partitions.in_process(6000, n_workers, keep_memory=True)
        assert min(measured["seconds"]) > 0
        assert measured["peak"] > 50
