"""The sampler for dask on a cluster of two worker processes."""

import os
import signal
import time
from contextlib import contextmanager
from importlib import import_module
from threading import Timer

import dask
import dask.array as da
import dask.dataframe as dd
import joblib
import numpy as np
import pandas as pd
import pytest
from distributed import Client, KilledWorker, LocalCluster
from imblearn.pipeline import make_pipeline
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.metrics import recall_score
from sklearn.model_selection import GridSearchCV

import skbalance

from .dask_tables import GROUPED, drawn_in_memory, seeded, store


@pytest.fixture(scope="module")
def client():
    settings = {
        # Else an idle worker takes over whole partitions.
        "distributed.scheduler.work-stealing": False,
        # Else the cluster gives up a worker that is lost 15 seconds after it was lost before.
        "distributed.deploy.lost-worker-timeout": "1h",
    }
    with (
        dask.config.set(settings),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def on_cluster(client):
    with dask.config.set(scheduler="distributed"):
        yield client


def slowly(labels):
    time.sleep(0.1)
    return labels


def test_a_cluster_draws_the_same_also_when_a_worker_is_killed(on_cluster):
    random = np.random.default_rng(1)
    y = random.choice(5, 200_000, p=[0.6, 0.3, 0.07, 0.02, 0.01])
    chunks = ((*[10_000] * 19, 0, 10_000),)
    X, labels = da.arange(len(y), chunks=chunks), da.from_array(y, chunks=chunks)
    expected = [drawn_in_memory(y, epoch, random_state=7) for epoch in (0, 1)]
    sampler = seeded(random_state=7).fit(X, labels.map_blocks(slowly, dtype=labels.dtype))
    assert np.array_equal(sampler.resample(0)[0].compute(), expected[0])

    pids = on_cluster.run(os.getpid)
    rows = on_cluster.compute(sampler.resample(1)[0])
    time.sleep(0.5)  # of the second that each of two workers is busy
    assert not rows.done()
    os.kill(next(iter(pids.values())), signal.SIGKILL)
    assert np.array_equal(rows.result(timeout=60), expected[1])
    on_cluster.wait_for_workers(2, timeout=60)
    assert set(on_cluster.run(os.getpid).values()) != set(pids.values())


@contextmanager
def killing(client, n_victims, after):
    """Kill as many workers after some seconds; at the end others are there in their stead."""
    victims = list(client.run(os.getpid).values())[:n_victims]
    killer = Timer(after, lambda: [os.kill(pid, signal.SIGKILL) for pid in victims])
    killer.start()
    try:
        yield
    finally:
        killer.join()
        deadline = time.monotonic() + 300  # a busy machine starts a worker in a minute
        alive = victims
        while len(alive) < 2 or set(alive) & set(victims):
            assert time.monotonic() < deadline
            time.sleep(0.05)
            alive = client.run(os.getpid, on_error="ignore").values()


def allow_failures(n, dask_scheduler):
    """How many workers may die under a task before it is given up."""
    dask_scheduler.allowed_failures = n


def draw(sampler):
    return sampler.draw(1).compute()


def resample(sampler):
    return dask.compute(*sampler.resample(1))[0]["row"]


# What is computed, how many workers are killed after how many seconds, and how often dask tries
# again. Fit takes 0.8 seconds of two workers, to read the labels, and so does what comes then.
COMPUTED = {
    "in fit": (draw, 1, 0.4, 3),
    "no worker for a while": (draw, 2, 1.2, 3),
    "frames": (resample, 1, 1.1, 3),
    "tried once": (resample, 1, 0.5, 0),
}


@pytest.mark.parametrize(
    ("rows_of", "n_victims", "after", "n_allowed"), COMPUTED.values(), ids=COMPUTED
)
def test_workers_killed_in_a_computation_leave_the_right_rows_or_an_error(
    on_cluster, rows_of, n_victims, after, n_allowed
):
    y = np.random.default_rng(2).choice(3, 4000, p=[0.9, 0.08, 0.02])
    table = dd.from_pandas(pd.DataFrame({"row": np.arange(4000), "y": y}), npartitions=16)
    labels = table["y"].map_partitions(slowly, meta=table["y"]._meta)
    on_cluster.run_on_scheduler(allow_failures, n_allowed)
    with killing(on_cluster, n_victims, after):
        try:
            rows = rows_of(seeded().fit(table, labels))
        except KilledWorker:
            assert n_allowed == 0
        else:
            assert np.array_equal(rows, drawn_in_memory(y, 1))
    on_cluster.run_on_scheduler(allow_failures, 3)


@pytest.mark.parametrize("group", [None, "site"])
def test_resampled_partitions_do_not_wait_in_memory_for_each_other(on_cluster, tmp_path, group):
    on_cluster.run(import_module, "skbalance.dask")  # else they wait while a worker imports it

    def note(rows, step):
        (tmp_path / f"{step} {time.monotonic_ns()}").touch()
        return rows

    def times(step):
        return [int(path.name.split()[1]) for path in tmp_path.glob(f"{step} *")]

    meta = GROUPED.iloc[:0]
    table = dd.from_pandas(pd.concat([GROUPED] * 30), npartitions=30, sort=False)
    X = table.map_partitions(note, "read", meta=meta)
    groups = None if group is None else table[group]
    X_res, _ = seeded().fit_resample(X, table["text"], groups=groups)
    X_res.map_partitions(note, "use", meta=meta).map_partitions(len).compute()
    assert len(times("read")) == len(times("use")) == 30
    assert sorted(times("use"))[4] < sorted(times("read"))[25]


def test_a_table_on_disk_trains_a_model_partition_by_partition(on_cluster, tmp_path):  # noqa: ARG001
    X, y = make_classification(6000, n_informative=4, weights=[0.96], class_sep=1.5, random_state=0)
    table = pd.DataFrame(X, columns=[f"x{i}" for i in range(20)]).assign(
        y=np.array(["common", "rare"])[y]
    )
    store(table.iloc[:4000], tmp_path, 6)

    stored = dd.read_parquet(tmp_path)
    sampler = seeded().fit(stored.drop(columns="y"), stored["y"])
    model = SGDClassifier(random_state=0)
    for epoch in range(5):
        delayed_pairs = zip(*(data.to_delayed() for data in sampler.resample(epoch)), strict=True)
        for pair in delayed_pairs:
            X_there, y_there = dask.compute(*pair)
            order = np.random.default_rng(epoch).permutation(len(X_there))
            model.partial_fit(X_there.iloc[order], y_there.iloc[order], classes=sampler.classes_)
    plain = SGDClassifier(random_state=0).fit(table.iloc[:4000, :20], table["y"][:4000])
    X_test, y_test = table.iloc[4000:, :20], table["y"][4000:]
    resampled_recall, plain_recall = (
        recall_score(y_test, trained.predict(X_test), pos_label="rare")
        for trained in (model, plain)
    )
    assert resampled_recall > plain_recall + 0.1


def test_a_grid_over_strength_is_searched_on_the_cluster(on_cluster):  # noqa: ARG001
    X, y = make_classification(600, n_informative=4, weights=[0.9], random_state=0)
    model = make_pipeline(skbalance.InverseFrequencySampler(random_state=0), LogisticRegression())
    grid = {"inversefrequencysampler__strength": [0, 0.5, 1]}
    search = GridSearchCV(model, grid, scoring="balanced_accuracy", cv=3, error_score="raise")
    with joblib.parallel_config("dask"):
        search.fit(X, y)
    here = clone(search).fit(X, y)
    assert search.best_params_ == here.best_params_
    assert np.array_equal(
        search.cv_results_["mean_test_score"], here.cv_results_["mean_test_score"]
    )
