"""The evidence measures what it says; its findings are those of a run, not of a test."""

import importlib
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parent / "benchmarks"


@pytest.fixture
def evidence(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("evidence")


def test_rare_classes_are_cut_in_training_and_weighted_in_the_test(evidence):
    case = evidence.make_case("digits", 10, 0)
    counts = np.bincount(case.y)
    assert counts[case.rare].max() < counts[0] / 8
    tested = np.bincount(case.y_test, weights=case.weight)
    assert np.allclose(tested / tested.sum(), counts / counts.sum())
    assert not set(map(bytes, case.X.round(6))) & set(map(bytes, case.X_test.round(6)))


def test_no_two_cases_are_alike_and_none_is_without_rare_rows(evidence):
    counts = {case: tuple(np.bincount(evidence.make_case(*case, 0).y)) for case in evidence.CASES}
    assert len(set(counts.values())) == len(counts) == 14
    for (name, ratio), of_class in counts.items():
        rare = evidence.TABULAR[name][1]
        assert min(of_class) >= 3
        others = [n for c, n in enumerate(of_class) if c not in rare]
        assert max(others) / of_class[rare[0]] > 0.5 * ratio


def test_every_method_is_scored(evidence):
    found = evidence.run_tabular("moons", 10, "logistic regression", 0)
    assert set(found) == set(evidence.METHODS) - {evidence.BATCHES}
    assert np.array_equal(found[evidence.NOTHING][3], found[evidence.NOTHING][4])
    for method in (
        evidence.OURS,
        "RandomOverSampler",
        "RandomUnderSampler",
        "weighted, with replacement",
        "class weights",
    ):
        accuracy, rare, others, raw, corrected = found[method]
        assert accuracy == pytest.approx((rare + others) / 2)
        assert rare > found[evidence.NOTHING][1] + 0.1
        assert corrected < raw
    assert found["tuned threshold"][3] == found[evidence.NOTHING][3]
    assert set(evidence.run_tabular("wine", 10, "logistic regression", 0)) == set(found) - {
        "tuned threshold"
    }


def test_half_an_interval_is_student_s(evidence):
    mean, half = evidence.interval([[1.0, 5.0], [3.0, 5.0], [5.0, 5.0]])
    assert mean.tolist() == [3, 5]
    assert half == pytest.approx(
        [4.302653 * 2 / np.sqrt(3), 0]
    )  # t of 2 degrees of freedom at 97.5%


def test_tables_are_markdown(evidence, capsys):
    found = [
        {evidence.NOTHING: [0.1] * 5, evidence.OURS: [0.2] * 5},
        {evidence.NOTHING: [0.3] * 5, evidence.OURS: [0.2] * 5},
    ]
    evidence.report("title", found)
    evidence.differences("title", found)
    printed = capsys.readouterr().out
    assert "| no resampling | 0.200 ± 1.271 |" in printed
    assert "| InverseFrequencySampler | 0.200 ± 0.000 |" in printed
    assert "| no resampling | 0.000 ± 1.271 |" in printed


def test_main_prints_every_table_once(evidence, monkeypatch, capsys):
    two_classes = {"breast cancer", "two generated classes", "moons"}

    def run_tabular(name, ratio, model, seed):
        methods = [m for m in evidence.METHODS if m not in (evidence.BATCHES, evidence.THRESHOLD)]
        methods += [evidence.THRESHOLD] if name in two_classes else []
        return {method: [len(method), ratio, seed, len(model), len(name)] for method in methods}

    of_network = [evidence.NOTHING, evidence.OURS, evidence.BATCHES]
    recalls = {method: [(0.1, 0.9)] * len(evidence.EPOCHS) for method in of_network[::2]}
    monkeypatch.setattr(evidence, "run_tabular", run_tabular)
    monkeypatch.setattr(evidence, "run_shift", lambda _: {0.5: [1, 2, 3], 1.0: [1, 2, 3]})
    monkeypatch.setattr(
        evidence, "run_network", lambda seed: ({m: [seed] * 5 for m in of_network}, recalls)
    )
    monkeypatch.setattr("sys.argv", ["evidence.py", "--seeds", "2", "--jobs", "1"])
    evidence.main()
    printed = capsys.readouterr().out
    titles = [block.splitlines()[0] for block in printed.strip().split("\n\n")[::2]]
    # Of the network four, of each model two over all data, two over those of two classes, and one
    # for each case.
    assert len(titles) == len(set(titles)) == 4 + 2 * (2 + 2 + len(evidence.CASES))
    assert (
        "gradient boosting, two classes: InverseFrequencySampler less each other method" in titles
    )
    # Means are over the methods that ran in all cases: only among two classes is a threshold.
    of_two = printed.split("gradient boosting: mean over those of two classes")[1].split("\n\n")[1]
    assert of_two.count(evidence.THRESHOLD) == 1
    over_all = printed.split("gradient boosting: mean over 7 data sets")[1].split("\n\n")[1]
    assert evidence.THRESHOLD not in over_all
