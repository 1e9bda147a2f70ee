"""The demonstration."""

import re

import numpy as np
import pytest

from skbalance.__main__ import (
    APPROACHES,
    PLAIN,
    SAMPLED,
    WEIGHTED,
    Data,
    imbalanced_digits,
    main,
    train_by,
)


def test_digits_2_6_and_9_are_made_rare_in_training_only():
    data = imbalanced_digits(seed=0)
    counts = np.bincount(data.y)
    assert [c for c in range(10) if counts[c] < 20] == [2, 6, 9]
    assert counts[[2, 6, 9]].tolist() == [6, 6, 6]  # 5% of 124, 127 and 126
    assert np.bincount(data.y_test).min() > 50
    assert len(data.X) == len(data.y)


def test_approaches_differ_and_repeat():
    data = imbalanced_digits(seed=0)
    runs = {approach: train_by(approach, data, 1.0, 2, seed=0) for approach in APPROACHES}
    assert all(run.shape == (2, len(data.y_test), 10) for run in runs.values())
    assert all(np.allclose(run.sum(axis=2), 1) for run in runs.values())
    assert not np.allclose(runs[PLAIN], runs[WEIGHTED])
    assert not np.allclose(runs[PLAIN], runs[SAMPLED])
    assert np.array_equal(runs[SAMPLED], train_by(SAMPLED, data, 1.0, 2, seed=0))


def test_it_prints_what_it_measured_and_saves_one_picture(tmp_path, capsys):
    picture = tmp_path / "picture.png"
    main(["--seeds", "2", "--epochs", "3", "--output", str(picture)])
    shown = capsys.readouterr()
    assert "training: 100%" in shown.err
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert str(picture) in shown.out

    before, after = (
        np.array(re.search(rf"^  {word} (.*)", shown.out, re.MULTILINE)[1].split(), dtype=int)
        for word in ("before", "after")
    )
    assert before.sum() == after.sum() == len(imbalanced_digits(0).y)
    assert np.ptp(after) <= 1

    digits = [imbalanced_digits(seed) for seed in range(2)]
    for i, approach in enumerate(APPROACHES):
        recalls = [
            recall_of_2(data, train_by(approach, data, 1.0, 3, seed))
            for seed, data in enumerate(digits)
        ]
        printed = re.findall(
            r"([\d.]+) \([\d.]+\)", re.search(r"recall of 2, rare(.*)", shown.out)[1]
        )
        assert float(printed[i]) == pytest.approx(np.mean(recalls), abs=5e-4)
    for row in (
        "recall of 0 ",
        "recall, rare classes",
        "recall, other classes",
        "balanced accuracy",
        "log-loss",
    ):
        assert f"\n{row}" in shown.out


def recall_of_2(data: Data, probabilities):
    return np.mean(probabilities[-1].argmax(axis=1)[data.y_test == 2] == 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--seeds", "0"], "--seeds must be at least 1, got 0"),
        (["--epochs", "-1"], "--epochs must be at least 1, got -1"),
        (
            ["--output", "/no such folder/picture.png"],
            "--output must be a .png file in a folder that exists",
        ),
        (["--output", "picture"], "--output must be a .png file in a folder that exists"),
        (["--strength", "-1"], r"strength must be a real number >= 0, got -1\.0"),
        (["--strength", "nan"], "strength must be a real number >= 0, got nan"),
        (["--strength", "400"], r"--strength must be at most 10, got 400\.0"),
        (["--strength", "much"], "argument --strength: invalid float value: 'much'"),
        (["--seeds", "1.5"], r"argument --seeds: invalid int value: '1\.5'"),
        (["more"], "unrecognized arguments: more"),
    ],
)
def test_bad_arguments_are_refused(arguments, message, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert re.search(message, capsys.readouterr().err)
