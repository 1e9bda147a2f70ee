"""The README's code runs, its commands are the ones that are tested, and its figures are right."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch.utils.data import default_collate
from transformers import TrainingArguments

from skbalance import InverseFrequencySampler

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


class Network(torch.nn.Module):
    """What the Trainer trains. It keeps the labels that it is given."""

    def __init__(self, n_features):
        super().__init__()
        self.layer = torch.nn.Linear(n_features, 2)
        self.seen = []

    def forward(self, rows, labels):
        self.seen += labels.tolist()
        return {"loss": torch.nn.functional.cross_entropy(self.layer(rows), labels)}


def collate(items):
    """Tuples of the README's data as the named inputs that the Trainer wants."""
    return dict(zip(("rows", "labels"), default_collate(items), strict=True))


def first_block_under(word):
    """The first code block under the first heading that contains the word."""
    return re.search(
        rf"^#+ [^\n]*\b{word}\b.*?^```\w*\n(.*?)^```", README, re.MULTILINE | re.DOTALL
    )[1]


@pytest.mark.filterwarnings(
    "ignore:'set_vital' is deprecated:UserWarning"
)  # torchdata's call of torch
def test_all_python_blocks_run_in_order(tmp_path):
    blocks = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 25
    names = {"__name__": "readme"}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    sampler, data, batches = names["sampler"], names["data"], names["batches"]
    assert names["X_res"].tolist() == names["X"][sampler.draw(0)].tolist()
    assert names["tripled"].sampling_strategy_ == {0: 1500, 1: 500}
    assert names["counted"].sampling_strategy_ == {0: 500, 1: 200}
    common, rare = names["effective"].class_weight_.values()
    assert rare / common == pytest.approx((1 - 0.999**1890) / (1 - 0.999**110))
    of_rows = names["by_weight"].class_weight_
    expected = names["weights"] * np.vectorize(of_rows.get)(names["y"])
    drawn = np.bincount(names["by_weight"].draw(3), minlength=2000)
    assert (abs(drawn - expected * 2000 / expected.sum()) < 1).all()
    assert names["alone"].sampling_strategy_ == {0: 2000}
    assert names["repeat_factors"].sampling_strategy_ == {"bird": 125, "kite": 41, "sky": 959}
    of_sites = names["two_levels"].cell_draws_.sum(axis=1)
    sizes = names["two_levels"].cell_counts_.sum(axis=1)
    assert of_sites[0] / of_sites[1] == pytest.approx((sizes[0] / sizes[1]) ** 0.5, rel=0.01)
    rows = sampler.to_torch_sampler(data)
    assert [list(rows), list(rows)] == [sampler.draw(0).tolist(), sampler.draw(1).tolist()]

    sizes = {(len(batch), int(names["y"][batch].sum())) for batch in batches}
    assert sizes <= {(62, 31), (63, 31), (63, 32)}
    assert names["search"].best_params_["iterator_train__strength"] > 0
    honest = names["honest"]
    assert honest.predict_proba(names["X"]).mean(axis=0) == pytest.approx([0.95, 0.05], abs=0.02)
    assert honest.estimator_.predict_proba(names["X"]).mean(axis=0)[1] == pytest.approx(
        0.13, abs=0.01
    )
    assert honest.predict(names["X"]).mean() > names["y"].mean()
    assert names["rows"].epoch == 0
    assert len(names["loader"]) == 32  # accelerate hands out all of one epoch

    assert (
        names["y_there"].value_counts().to_dict()
        == names["partitioned"].sampling_strategy_
        == {0: 1611, 1: 389}
    )
    in_memory = InverseFrequencySampler(strength=0.5, random_state=0).fit(None, names["y"])
    assert np.array_equal(names["partitioned"].draw(2).compute(), np.sort(in_memory.draw(2)))
    assert 0.05 < names["model"].predict(pd.DataFrame(names["X"]).add_prefix("x")).mean() < 0.5

    network = Network(names["X"].shape[1])
    arguments = TrainingArguments(
        tmp_path, num_train_epochs=1, use_cpu=True, report_to=[], save_strategy="no"
    )
    names["BalancedTrainer"](network, arguments, data_collator=collate, train_dataset=data).train()
    assert (len(network.seen), sum(network.seen)) == (2000, 1000)


def test_the_script_for_torchrun_keeps_the_balance_and_goes_on_where_it_stopped(tmp_path):
    script = re.search(r"^```python torchrun\n(.*?)^```", README, re.MULTILINE | re.DOTALL)[1]
    command = re.search(r"^torchrun (.*)", README, re.MULTILINE)[1].split()

    def run(text, n_ranks):
        (tmp_path / "train.py").write_text(text)
        launch = [sys.executable, "-m", "torch.distributed.run", *command]
        launch[launch.index("--nproc-per-node") + 1] = str(n_ranks)
        done = subprocess.run(
            launch, cwd=tmp_path, check=text == script, capture_output=True, text=True
        )
        said = re.findall(
            r"(\d+) rows seen; of the last (\d+), (\d+) were of the rare class", done.stdout
        )
        return [[int(number) for number in line] for line in said]

    def stopping(n_seen):
        after = "        n_seen += int(in_step[0])\n"
        assert after in script
        return script.replace(after, f"{after}        assert n_seen < {n_seen}\n")

    assert command[:3] == ["--standalone", "--nproc-per-node", "2"]
    said = [*run(stopping(2500), 2), *run(stopping(3500), 3), *run(script, 1)]
    seen, in_pass, _ = np.array(said).T.tolist()
    assert seen == [2000, 4000, 6000]
    assert in_pass[0] == in_pass[2] == 2000
    assert (
        500 < in_pass[1] < 600
    )  # what was left of the second epoch, after the last checkpoint before 3500
    assert all(abs(n_rare - n / 2) <= 10 for _, n, n_rare in said)
    assert run(script, 2) == []  # done already


def test_the_two_commands_are_one_line_each():
    assert first_block_under("Run") == 'pip install ".[demo]" && python -m skbalance\n'
    assert first_block_under("Test") == 'pip install ".[test]" && python -m pytest\n'


def test_the_share_that_replacement_misses_is_as_stated():
    # Ten epochs of a tenth with replacement: a row is missed with probability (1 - 1 / n) ** n.
    n = 1000
    stated = int(re.search(r"missed (\d+)% of it", README)[1])
    assert round(100 * (1 - 1 / n) ** n) == stated


@pytest.mark.parametrize("name", re.findall(r"`((?:skbalance|tests)/[\w/.]+)`", README))
def test_files_that_are_named_exist(name):
    assert (ROOT / name).exists()
