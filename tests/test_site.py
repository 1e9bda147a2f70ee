"""The site: it builds without a warning, its code runs, its figures are right, and it opens."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import site_in_browser
import torch
from imblearn.keras import _generator
from left_out import LEFT_OUT
from torch.utils.data import DataLoader, TensorDataset

from skbalance import InverseFrequencySampler

ROOT = Path(__file__).parents[1]
SITE = ROOT / "notebooks"
PAGES = {
    path.relative_to(SITE).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(SITE.rglob("*.md"))
}


def blocks_of(page, kind="python"):
    """The code blocks of a page, in order."""
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGES[page], re.MULTILINE | re.DOTALL)


CHECKS = {}


def check_of(page):
    """What must hold of the names that a page's code leaves behind."""

    def keep(check):
        CHECKS[page] = check
        return check

    return keep


def shares_of_batches(loader):
    """Sizes of the batches, and how many of their rows are rare."""
    return {(len(y), int(y.sum())) for _, y in loader}


HALVES = {(62, 31), (63, 31), (63, 32)}  # of 1,000 rare and 1,000 common rows in 32 batches


@check_of("index")
def check_index(names):
    assert np.bincount(names["y_res"]).tolist() == [1000, 1000]
    assert shares_of_batches(names["loader"]) <= HALVES
    assert sum(len(batches) for batches in names["ranks"]) == 32
    assert names["search"].best_params_["balance__strength"] > 0


@check_of("start")
def check_start(names):
    assert names["sampler"].class_counts_.tolist() == [1890, 110]
    assert names["sampler"].sampling_strategy_ == {0: 1000, 1: 1000}
    times = np.bincount(names["sampler"].sample_indices_, minlength=2000)
    assert set(times[names["y"] == 0]) == {0, 1}
    assert set(times[names["y"] == 1]) == {9, 10}
    assert shares_of_batches(names["loader"]) <= HALVES


@check_of("guides/sklearn")
def check_sklearn(names):
    sampler = names["sampler"]
    assert names["X_res"].tolist() == names["X"][sampler.draw(0)].tolist()
    assert names["search"].best_params_["balance__strength"] > 0
    assert names["tripled"].sampling_strategy_ == {0: 1500, 1: 500}
    assert names["counted"].sampling_strategy_ == {0: 500, 1: 200}
    common, rare = names["effective"].class_weight_.values()
    assert rare / common == pytest.approx((1 - 0.999**1890) / (1 - 0.999**110))
    members = [member.named_steps["sampler"] for member in names["bagging"].estimators_]
    assert all(len(set(member.sampling_strategy_.values())) == 1 for member in members)
    assert len({member.random_state for member in members}) == 5
    assert (len(names["X_batch"]), names["steps_per_epoch"]) == (32, 2 * 1890 // 32)


@check_of("guides/pytorch")
def check_pytorch(names):
    batch_sampler = names["batch_sampler"]
    sizes = {(len(batch), int(names["y"][batch].sum())) for batch in batch_sampler}
    assert sizes <= HALVES
    assert len(names["of_half"]) == 1000
    assert names["torch_sampler"].epoch == 0
    assert len(names["loader"]) == 32
    sampler = InverseFrequencySampler(random_state=0).fit(None, names["y"])
    rows = sampler.to_torch_sampler(names["data"])
    assert [list(rows), list(rows)] == [sampler.draw(0).tolist(), sampler.draw(1).tolist()]
    rows.set_epoch(7)
    assert list(rows) == sampler.draw(7).tolist()


@check_of("guides/multilabel")
def check_multilabel(names):
    said = re.search(r"each label: bird (\d+), kite (\d+), sky (\d+)", PAGES["guides/multilabel"])
    of_labels = dict(zip(("bird", "kite", "sky"), map(int, said.groups()), strict=True))
    assert names["halfway"].sampling_strategy_ == of_labels
    assert names["repeat_factors"].sampling_strategy_ == {"bird": 125, "kite": 41, "sky": 959}
    assert [len(batch) for batch, _ in names["loader"]] == [50] * 20


@check_of("guides/continuous")
def check_continuous(names):
    assert len(names["smoothed"].bin_edges_) == 11


@check_of("guides/weights")
def check_weights(names):
    of_rows = names["by_weight"].class_weight_
    expected = names["weights"] * np.vectorize(of_rows.get)(names["y"])
    drawn = np.bincount(names["by_weight"].draw(3), minlength=2000)
    assert (abs(drawn - expected * 2000 / expected.sum()) < 1).all()
    assert names["alone"].sampling_strategy_ == {0: 2000}
    of_sites = names["two_levels"].cell_draws_.sum(axis=1)
    sizes = names["two_levels"].cell_counts_.sum(axis=1)
    assert of_sites[0] / of_sites[1] == pytest.approx((sizes[0] / sizes[1]) ** 0.5, rel=0.01)
    assert list(names["one_level"].sampling_strategy_.values()) == [500] * 4


@check_of("guides/probabilities")
def check_probabilities(names):
    honest, X, y = names["honest"], names["X"], names["y"]
    assert honest.predict_proba(X).mean(axis=0) == pytest.approx([0.95, 0.05], abs=0.02)
    resampled = honest.estimator_.predict_proba(X).mean(axis=0)
    assert resampled == pytest.approx([0.87, 0.13], abs=0.01)
    assert honest.predict(X).mean() > y.mean()
    by_proba = names["by_proba"]
    assert (by_proba.predict(X) == by_proba.predict_proba(X).argmax(axis=1)).all()
    assert torch.allclose(
        names["proba"], names["sampler"].correct_proba(torch.softmax(names["logits"], dim=1))
    )


@check_of("guides/many_machines")
def check_many_machines(names):
    in_turn = [row for step in zip(*names["ranks"], strict=True) for row in step]
    names["whole"].set_epoch(1)  # the page has taken epoch 0 of the ranks
    assert in_turn == list(names["whole"])
    whole = InverseFrequencySampler(random_state=0).to_torch_batch_sampler(
        names["data"], batch_size=64
    )
    assert names["second_batch"] == list(whole)[1]


@check_of("guides/lightning")
def check_lightning(names):
    seen = []

    class Seeing(names["Model"]):
        def training_step(self, batch):
            seen.append((len(batch[1]), int(batch[1].sum())))
            return super().training_step(batch)

    trainer = names["lightning"].Trainer(
        max_epochs=2, accelerator="cpu", enable_checkpointing=False, **names["quiet"]
    )
    trainer.fit(Seeing())
    assert len(seen) == 64
    assert set(seen) <= HALVES
    assert names["trainer"].global_step == 64


@check_of("guides/accelerate")
def check_accelerate(names):
    assert len(names["seen"]) == 3 * 32
    assert set(names["seen"]) <= HALVES


@check_of("guides/transformers")
def check_transformers(names):
    seen = []

    class Seeing(names["Network"]):
        def forward(self, features, labels):
            seen.extend(labels.tolist())
            return super().forward(features, labels)

    make = names["BalancedTrainer"]
    make(Seeing(), names["arguments"], train_dataset=names["Rows"]()).train()
    assert (len(seen), sum(seen)) == (2000, 1000)
    assert names["trainer"].state.global_step == 40


@check_of("guides/skorch")
def check_skorch(names):
    assert names["search"].best_params_["iterator_train__strength"] > 0
    parameters = names["net"].get_params(deep=False)
    assert names["BalancedNet"](**parameters).partial_fit(
        names["X"][:500].astype("float32"), names["y"][:500]
    )


@check_of("guides/dask")
def check_dask(names):
    draws = names["sampler"].sampling_strategy_
    assert names["y_there"].value_counts().to_dict() == draws == {0: 1611, 1: 389}
    in_memory = InverseFrequencySampler(strength=0.5, random_state=0).fit(None, names["y"])
    assert np.array_equal(names["sampler"].draw(2).compute(), np.sort(in_memory.draw(2)))
    rare = names["model"].predict(pd.DataFrame(names["X"]).add_prefix("x")).mean()
    assert 0.05 < rare < 0.5


@check_of("guides/from_weighted_random_sampler")
def check_from_weighted(names):
    labels = torch.tensor(names["y"])
    assert int(labels[list(names["before"])].sum()) == pytest.approx(1000, abs=150)
    assert int(labels[list(names["after"])].sum()) == 1000
    times = np.bincount(list(names["torch_sampler"]), minlength=2000)
    own = names["own"].numpy().astype(float)
    assert (abs(times - 2000 * own / own.sum()) < 1).all()


@check_of("guides/from_imbalanced_learn")
def check_from_imbalanced_learn(names):
    for way in ("over", "under", "tenth"):
        before, after = names[f"y_{way}"], names[f"y_{way}_after"]
        assert np.bincount(before).tolist() == np.bincount(after).tolist()
    times = np.bincount(names["over"].sample_indices_)
    assert np.ptp(times[names["y"] == 1]) == 1


@check_of("guides/from_torchsampler")
def check_from_torchsampler(names):
    assert sum(int(y.sum()) for _, y in names["loader"]) == 1000
    assert len(names["batch_sampler"]) == 32


@check_of("guides/from_catalyst")
def check_from_catalyst(names):
    labels = names["labels"]
    for way, each in (("down", 20), ("up", 900), ("fifty", 50)):
        assert np.bincount(labels[list(names[way])]).tolist() == [each] * 3
    assert names["lengths"][0] == 1000
    assert names["lengths"][-1] == 60
    for epoch in range(0, 30, 5):  # as DynamicBalanceClassSampler has it, which cuts fractions off
        theirs = [int(20 * (n / 20) ** (0.9**epoch)) for n in (900, 80, 20)]
        ours = np.bincount(labels[names["dynamic"].draw(epoch)])
        assert (ours - theirs >= 0).all()
        assert (ours - theirs <= 1).all()


@check_of("guides/from_metric_learning")
def check_from_metric_learning(names):
    batches = [np.bincount(names["labels"][rows]).tolist() for rows in names["batch_sampler"]]
    assert batches == [[8, 8, 8, 8]] * 50


@check_of("guides/from_detectron2")
def check_from_detectron2(names):
    labels, times, N = names["categories"], names["times"], names["N"]
    frequency = {"sky": 990 / N, "bird": 90 / N, "kite": 10 / N}
    factors = [max(max(1, (0.2 / frequency[label]) ** 0.5) for label in row) for row in labels]
    assert (abs(times - factors) < 1).all()
    assert times.sum() == round(sum(factors))
    assert [set(times[:900]), set(times[900:990]), set(times[990:])] == [{1}, {1, 2}, {4, 5}]


@check_of("guides/from_espnet")
def check_from_espnet(names):
    draws = names["by_utterances"].sampling_strategy_
    assert draws["is"] / draws["en"] == pytest.approx((100 / 9000) ** 0.5, rel=0.01)
    draws, hours = names["by_hours"].sampling_strategy_, names["hours"]
    assert draws["is"] / draws["en"] == pytest.approx((hours["is"] / hours["en"]) ** 0.5, rel=0.01)


@check_of("guides/same_dial")
def check_same_dial(names):
    assert np.abs(names["draws"] - names["share"] * 9100).max() < 1


RUN = [page for page in PAGES if blocks_of(page)]


@pytest.mark.filterwarnings("ignore:'set_vital' is deprecated:UserWarning")  # torchdata's of torch
@pytest.mark.filterwarnings("ignore:.*does not have many workers")  # Lightning
@pytest.mark.filterwarnings("ignore:.*treespec, LeafSpec:FutureWarning")  # Lightning's of torch
@pytest.mark.parametrize("page", RUN)
def test_the_python_blocks_of_a_page_run_in_order(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)  # by the weights of a network a search may choose another strength
    names = {"__name__": page}
    for block in blocks_of(page):
        exec(compile(block, f"{page}.md", "exec"), names)
    if page in CHECKS:
        CHECKS[page](names)


def test_what_is_checked_is_there():
    assert set(CHECKS) <= set(RUN)


@pytest.mark.filterwarnings("ignore:'set_vital' is deprecated:UserWarning")
@pytest.mark.long
def test_the_script_for_torchrun_keeps_the_balance_and_goes_on_where_it_stopped(tmp_path):
    (script,) = blocks_of("guides/many_machines", "python torchrun")
    page = PAGES["guides/many_machines"]
    command = re.search(r"^torchrun (.*)", page, re.MULTILINE)[1].split()

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
    # What was left of the second epoch, after the last checkpoint before 3500.
    assert 500 < in_pass[1] < 600
    assert all(abs(n_rare - n / 2) <= 10 for _, n, n_rare in said)
    assert run(script, 2) == []  # done already


def test_the_share_that_replacement_misses_is_as_stated():
    # Ten epochs of a tenth with replacement: a row is missed with probability (1 - 1 / n) ** n.
    n = 1000
    stated = re.findall(r"missed (\d+)% of", "\n".join(PAGES.values()))
    assert len(stated) == 3
    assert {round(100 * (1 - 1 / n) ** n)} == set(map(int, stated))


FILES = re.findall(r"`((?:skbalance|tests|notebooks)/[\w/.]+)`", "\n".join(PAGES.values()))


@pytest.mark.parametrize("name", sorted(set(FILES)))
def test_files_that_are_named_exist(name):
    assert (ROOT / name).exists()


def keras_batches(**arguments):
    """Batches of imbalanced-learn's class for Keras, of its own code but for Keras itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_generator, "HAS_KERAS", True)
        batches = _generator.BalancedBatchGenerator(**arguments)
    return [batches[number] for number in range(len(batches))]


def test_the_keras_generators_of_imbalanced_learn_take_the_sampler():
    X, y = np.arange(200.0).reshape(100, 2), np.array([0] * 90 + [1] * 10)
    sampler = InverseFrequencySampler(n_samples="over", random_state=0)
    arguments = {"X": X, "y": y, "sampler": sampler, "batch_size": 20, "random_state": 0}
    of_class = keras_batches(**arguments)
    generator, n_steps = _generator.balanced_batch_generator(**arguments)
    of_generator = [next(generator) for _ in range(n_steps)]
    for batches in (of_class, of_generator):
        labels = np.concatenate([y_batch for _, y_batch in batches])
        rows = np.concatenate([X_batch for X_batch, _ in batches])
        assert np.bincount(labels).tolist() == [90, 90]
        assert (y[rows[:, 0].astype(int) // 2] == labels).all()


def data_of(y):
    return TensorDataset(torch.zeros(len(y), 2), torch.tensor(y))


def fit_a_pipeline(name):
    from sklearn.pipeline import Pipeline

    return Pipeline([(name, InverseFrequencySampler()), ("end", "passthrough")])


def search_by_a_wrong_name():
    from imblearn.pipeline import make_pipeline
    from sklearn.linear_model import LogisticRegression

    make_pipeline(InverseFrequencySampler(), LogisticRegression()).set_params(sampler__strength=1)


def a_stream():
    class Stream(torch.utils.data.IterableDataset):
        def __iter__(self):
            return iter(())

    return Stream()


def batches_of_batches():
    return list(DataLoader(data_of([0, 0, 1]), sampler=[[0, 1], [2]], batch_size=2))


def load_a_state_of_others():
    sampler, y = InverseFrequencySampler(random_state=0), [0, 0, 0, 1, 1, 1]
    sampler.to_torch_sampler(y[::-1]).load_state_dict(sampler.to_torch_sampler(y).state_dict())


def weigh_too_many():
    few = torch.ones(1).expand(2**24 + 1)
    torch.multinomial(few, 1)


# What raises each of the messages among the questions; words in between may be left out there.
RAISED = {
    "All intermediate steps should be transformers and implement fit and transform": lambda: (
        fit_a_pipeline("balance").fit([[0], [1]], [0, 1])
    ),
    "sampler option is mutually exclusive with shuffle": lambda: DataLoader(
        data_of([0, 1]), sampler=[0], shuffle=True
    ),
    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last": (
        lambda: DataLoader(data_of([0, 1]), batch_sampler=[[0]], batch_size=2)
    ),
    "stack expects each tensor to be equal size": batches_of_batches,
    "number of categories cannot exceed 2^24": weigh_too_many,
    "Unknown label type: labels must be classes": lambda: InverseFrequencySampler().fit(
        None, [0.5, 1.5]
    ),
    "Multilabel and multioutput targets are not supported": lambda: InverseFrequencySampler().fit(
        None, np.ones((4, 2), dtype=int)
    ),
    "has no parameter sampling_strategy": lambda: InverseFrequencySampler(sampling_strategy="auto"),
    "Invalid parameter 'sampler' for estimator Pipeline": search_by_a_wrong_name,
    "n_samples must leave each of the … classes a draw": lambda: InverseFrequencySampler(
        n_samples=2
    ).fit(None, ["a", "b", "c"] * 9),
    "the state belongs to other labels": load_a_state_of_others,
    "IterableDataset: it has no row numbers that a sampler could draw": lambda: (
        InverseFrequencySampler().to_torch_sampler(a_stream())
    ),
}


@pytest.mark.parametrize("message", RAISED)
def test_a_message_among_the_questions_is_one_that_people_meet(message):
    assert f'"{message}"' in PAGES["questions"]
    words = ".*".join(map(re.escape, message.split("…")))
    with pytest.raises((TypeError, ValueError, RuntimeError), match=words):
        RAISED[message]()


def test_there_are_enough_questions_and_none_is_long():
    answers = re.split(r"^## .*\n", PAGES["questions"], flags=re.MULTILINE)[1:]
    assert len(answers) >= 15
    assert all(len(answer.split()) <= 85 for answer in answers)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the built site, and what Sphinx said; of a copy, as it writes beside pages."""
    folder = tmp_path_factory.mktemp("site")
    for name in ("notebooks", ".github", "tests/benchmarks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("_api", "_build"))
    shutil.copy(ROOT / "CHANGELOG.md", folder)
    shutil.copy(ROOT / "README.md", folder)
    html = folder / "html"
    sphinx = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-b", "html"]
    done = subprocess.run(
        [*sphinx, str(folder / "notebooks"), str(html)], cwd=ROOT, capture_output=True, text=True
    )
    return html, done


def test_the_site_builds_without_a_warning(built):
    html, done = built
    assert done.returncode == 0, done.stderr
    assert (html / "index.html").exists()


def test_the_api_has_a_page_for_every_public_name_and_no_other(built):
    import skbalance.dask
    import skbalance.torch

    wanted = {
        f"{module.__name__}.{name}.html"
        for module in (skbalance, skbalance.torch, skbalance.dask)
        for name in module.__all__
        if name[0] != "_" and name not in ("dask", "torch")
    }
    pages = list((built[0] / "_api").glob("*.html"))
    assert {path.name for path in pages} == wanted
    documented = re.findall(r'id="(skbalance[^"]*)"', "".join(path.read_text() for path in pages))
    assert len(documented) > 40
    assert not [name for name in documented if "._" in name]


def test_every_page_opens_in_a_browser(built):
    faults, shown, n_pages = site_in_browser.faults_of(built[0])
    assert faults == []
    assert n_pages > 40
    counts = re.search(r"counts = (\[.*?\])", (SITE / "_static" / "dial.js").read_text())[1]
    counts = json.loads(counts)
    y = np.repeat(np.arange(len(counts)), counts)
    for strength, percent in shown.items():
        sampler = InverseFrequencySampler(strength=strength, n_samples=10**6).fit(None, y)
        drawn = np.array(list(sampler.sampling_strategy_.values())) / 10**4
        assert np.abs(drawn - percent).max() < 0.051


def test_a_missing_browser_is_said_aloud():
    name = "tests/test_site.py::test_every_page_opens_in_a_browser"
    said = [path for paths in LEFT_OUT.values() for path in paths]
    assert (name in said) == (site_in_browser.find_browser() is None)
