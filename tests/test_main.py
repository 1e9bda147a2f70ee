"""The demonstration."""

import re
from pathlib import Path

import numpy as np
import pytest

from skbalance.__main__ import (
    APPROACHES,
    PLAIN,
    SAMPLED,
    WEIGHTED,
    conclusion,
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
    of = {approach: run.probabilities for approach, run in runs.items()}
    assert all(p.shape == (2, len(data.y_test), 10) for p in of.values())
    assert all(np.allclose(p.sum(axis=2), 1) for p in of.values())
    assert not np.allclose(of[PLAIN], of[WEIGHTED])
    assert not np.allclose(of[PLAIN], of[SAMPLED])
    again = train_by(SAMPLED, data, 1.0, 2, seed=0)
    assert np.array_equal(of[SAMPLED], again.probabilities)
    assert runs[SAMPLED].rare_rows == again.rare_rows


def test_rare_rows_are_counted_in_every_batch():
    data = imbalanced_digits(seed=0)
    n_rare = int(np.isin(data.y, [2, 6, 9]).sum())
    plain = train_by(PLAIN, data, 1.0, 3, seed=0).rare_rows
    weighted = train_by(WEIGHTED, data, 1.0, 3, seed=0).rare_rows
    sampled = train_by(SAMPLED, data, 1.0, 3, seed=0).rare_rows
    assert len(plain) == len(sampled) == 3 * -(-len(data.y) // 64)
    assert sum(plain) == 3 * n_rare  # each row once an epoch
    assert plain == weighted  # the same order, as the seed is the same
    # A tenth for each digit, rounded up or down, of batches that differ by one row.
    assert max(sampled) - min(sampled) <= 3
    assert sum(sampled) == pytest.approx(3 * 0.3 * len(data.y), abs=9)


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

    data = [imbalanced_digits(seed) for seed in range(2)]
    runs = [
        [train_by(approach, d, 1.0, 3, i) for i, d in enumerate(data)] for approach in APPROACHES
    ]
    held = re.search(r"^rare rows in a batch +(.*)", shown.out, re.MULTILINE)[1]
    counts = [[n for run in of_seeds for n in run.rare_rows] for of_seeds in runs]
    assert re.split("  +", held) == [f"{min(n)} to {max(n)}" for n in counts]
    early, late = re.findall(r"^after (\d) epochs\n((?:  .*\n)*)", shown.out, re.MULTILINE)
    for epoch, table in early, late:
        printed = [re.findall(r" ([\d.]+) \(", line) for line in table.splitlines()]
        expected = [mean_measures(data, of_seeds, int(epoch)) for of_seeds in runs]
        assert np.allclose(np.array(printed, dtype=float).T, expected, rtol=0, atol=6e-4)
    assert (early[0], late[0]) == ("2", "3")
    assert [line.split("  ")[1] for line in late[1].splitlines()] == [
        "recall of the rare digits",
        "recall of the other digits",
        "balanced accuracy",
        "log-loss at equal classes",
    ]
    assert [line[:14] for line in shown.out.splitlines()[-2:]] == [
        "After 2 epochs",
        "After 3 epochs",
    ]


def mean_measures(data, runs, epoch):
    pairs = zip(data, runs, strict=True)
    return np.mean([measured(d, run.probabilities[epoch - 1]) for d, run in pairs], axis=0)


def measured(data, probabilities):
    """Recall of the rare digits and of the others, balanced accuracy, and log-loss, by hand."""
    is_right = probabilities.argmax(axis=1) == data.y_test
    recalls = np.array([is_right[data.y_test == c].mean() for c in range(10)])
    rare = np.isin(range(10), [2, 6, 9])
    log_loss = -np.log(probabilities[np.arange(len(is_right)), data.y_test]).mean()
    return recalls[rare].mean(), recalls[~rare].mean(), recalls.mean(), log_loss


def test_one_seed_and_one_epoch_are_enough(tmp_path, capsys):
    main(["--seeds", "1", "--epochs", "1", "--output", str(tmp_path / "picture.png")])
    shown = capsys.readouterr().out
    assert "over 1 seed:" in shown
    assert "After 1 epoch the" in shown.splitlines()[-1]
    assert shown.count("recall of the rare digits") == 1


RECALLS = np.array([0.70, 0.72, 0.68, 0.71, 0.69])


@pytest.mark.parametrize(
    ("plain", "weighted", "sampled", "verdict"),
    [
        (
            *(0.0, 0.4, 0.8),
            "80% of the rare digits with the balanced sampler, 40% with class weights and 0% with "
            "plain shuffling: the balanced sampler is ahead.",
        ),
        (
            *(0.8, 0.0, 0.4),
            "80% of the rare digits with plain shuffling, 40% with the balanced sampler and 0% "
            "with class weights: plain shuffling is ahead.",
        ),
        (
            *(0.0, RECALLS, RECALLS[::-1] + 0.001),
            "no measurable difference between the balanced sampler and class weights.",
        ),
        (
            *(RECALLS, RECALLS, RECALLS),
            "no measurable difference between plain shuffling, class weights and the balanced "
            "sampler.",
        ),
        # A small difference that every seed shows is one.
        (*(0.0, RECALLS, RECALLS + 0.01), "the balanced sampler is ahead."),
    ],
)
def test_the_conclusion_is_what_the_numbers_bear_out(plain, weighted, sampled, verdict):
    recalls = zip(APPROACHES, (plain, weighted, sampled), strict=True)
    by_epoch = {name: np.column_stack([np.zeros(5), np.zeros(5) + r]) for name, r in recalls}
    said = conclusion(by_epoch, 2)
    assert said.startswith("After 2 epochs the network recognises ")
    assert said.endswith(verdict)


def test_the_picture_of_the_readme_is_kept_with_it_and_small():
    # python -m skbalance --output notebooks/_static/rare_digits.png
    picture = Path(__file__).parents[1] / "notebooks" / "_static" / "rare_digits.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 100_000


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
