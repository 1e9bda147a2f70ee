import itertools
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    RandomSampler,
    Sampler,
    SequentialSampler,
    TensorDataset,
)

from skbalance import InverseFrequencySampler
from skbalance.torch import BalancedBatchSampler, BalancedDataLoader, BalancedSampler

Y = [0] * 900 + [1] * 100


def sampler(**parameters):
    return InverseFrequencySampler(random_state=0, **parameters)


def loaded(loader):
    """Rows of one pass over a loader of TensorDataset(arange)."""
    return torch.cat([batch[0] for batch in loader]).tolist()


@given(st.integers(2, 3000), st.integers(0, 2**62))
def test_every_epoch_is_the_draw_of_that_number(n_samples, epoch):
    fitted = sampler(n_samples=n_samples).fit(None, Y)
    rows = fitted.to_torch_sampler()
    rows.set_epoch(epoch)
    assert list(rows) == fitted.draw(epoch).tolist()
    assert list(rows) == fitted.draw(epoch + 1).tolist()
    assert len(rows) == n_samples


@pytest.mark.parametrize(
    "labels", [Y, np.array(Y), torch.tensor(Y)], ids=["list", "numpy", "torch"]
)
def test_labels_can_be_given_directly(labels):
    fitted = sampler()
    rows = fitted.to_torch_sampler(labels)
    assert list(rows) == fitted.draw(0).tolist()
    assert fitted.class_counts_.tolist() == [900, 100]


def test_it_yields_plain_ints_in_chunks():
    rows = (
        sampler(n_samples=2**40).fit(None, Y).to_torch_sampler()
    )  # a whole epoch would not fit in memory
    first = list(itertools.islice(rows, 5000))
    assert {type(row) for row in first} == {int}
    assert len(rows) == 2**40


def test_an_iterator_takes_its_epoch_with_its_first_draw():
    fitted = sampler().fit(None, Y)
    rows = fitted.to_torch_sampler()
    unused = [iter(rows) for _ in range(3)]
    assert rows.epoch == 0
    assert list(unused[2]) == fitted.draw(0).tolist()
    assert list(unused[0]) == fitted.draw(1).tolist()
    rows.set_epoch(9)
    assert list(unused[1]) == fitted.draw(9).tolist()


def test_an_epoch_that_is_left_early_is_not_repeated():
    fitted = sampler().fit(None, Y)
    rows = fitted.to_torch_sampler()
    assert list(itertools.islice(rows, 3)) == fitted.draw(0)[:3].tolist()
    assert list(itertools.islice(rows, 3)) == fitted.draw(1)[:3].tolist()


def test_two_iterators_alive_at_once_get_two_epochs():
    fitted = sampler().fit(None, Y)
    rows = fitted.to_torch_sampler()
    pairs = list(zip(rows, rows, strict=True))
    assert [a for a, _ in pairs] == fitted.draw(0).tolist()
    assert [b for _, b in pairs] == fitted.draw(1).tolist()


@pytest.mark.parametrize(
    "workers",
    [{"num_workers": 0}, {"num_workers": 2}, {"num_workers": 2, "persistent_workers": True}],
)
def test_a_loader_gives_the_same_rows_for_any_workers(workers):
    fitted = sampler().fit(None, Y)
    data = TensorDataset(torch.arange(1000))
    loader = DataLoader(
        data,
        batch_size=64,
        sampler=fitted.to_torch_sampler(),
        multiprocessing_context="fork" if workers["num_workers"] else None,
        **workers,
    )
    for epoch in range(3):
        assert loaded(loader) == fitted.draw(epoch).tolist()


def test_batches_of_a_loader_are_balanced():
    loader = DataLoader(
        TensorDataset(torch.tensor(Y)), batch_size=100, sampler=sampler().to_torch_sampler(Y)
    )
    shares = [batch[0].float().mean().item() for batch in loader]
    assert np.mean(shares) == pytest.approx(0.5)
    assert len(shares) == 10


def test_it_is_a_sampler_that_wrappers_leave_as_it_is():
    rows = sampler().to_torch_sampler(Y)
    assert isinstance(rows, BalancedSampler)
    assert isinstance(rows, Sampler)
    assert not isinstance(rows, (RandomSampler, SequentialSampler))
    assert not hasattr(rows, "generator")
    assert sum(map(len, BatchSampler(rows, 64, drop_last=False))) == 1000


def test_torch_samplers_survive_a_pickle_mid_training():
    rows = sampler().to_torch_sampler(Y)
    list(rows)
    assert list(pickle.loads(pickle.dumps(rows))) == list(rows)


def test_only_a_plan_and_a_right_epoch_will_do():
    with pytest.raises(
        TypeError,
        match=r"made by InverseFrequencySampler\.to_torch_sampler\(dataset\), not from list",
    ):
        BalancedSampler([0, 1, 1])
    rows = sampler().to_torch_sampler(Y)
    with pytest.raises(ValueError, match=r"epoch must be an int .* got -3"):
        rows.epoch = -3


def test_a_batch_sampler_gives_the_rows_of_the_sampler_in_lists_of_ints():
    fitted = sampler().fit(None, Y)
    batches = fitted.to_torch_batch_sampler(batch_size=64)
    for epoch in range(3):
        drawn = list(batches)
        assert len(drawn) == len(batches) == 16
        assert {type(row) for batch in drawn for row in batch} == {int}
        assert sorted(itertools.chain(*drawn)) == sorted(fitted.draw(epoch).tolist())


@pytest.mark.parametrize("batch_size", [1, 7, 64, 999, 1000, 5000])
@pytest.mark.parametrize("drop_last", [False, True])
def test_the_length_of_a_batch_sampler_is_exact(batch_size, drop_last):
    if drop_last and batch_size > 1000:
        return
    batches = sampler().to_torch_batch_sampler(Y, batch_size=batch_size, drop_last=drop_last)
    drawn = list(batches)
    assert len(drawn) == len(batches)
    sizes = {len(batch) for batch in drawn}
    assert batches.batch_size == (batch_size if sizes == {batch_size} else None)
    assert batches.drop_last == drop_last
    assert all(len(batch) == batch_size for batch in drawn) or not drop_last


def test_a_batch_sampler_and_its_sampler_share_their_epoch():
    fitted = sampler().fit(None, Y)
    batches = fitted.to_torch_batch_sampler(batch_size=100)
    assert isinstance(batches.sampler, BalancedSampler)
    unused = iter(batches)
    assert batches.epoch == batches.sampler.epoch == 0
    next(iter(batches))
    assert batches.epoch == batches.sampler.epoch == 1
    assert list(batches.sampler) == fitted.draw(1).tolist()
    batches.sampler.set_epoch(7)
    assert sorted(itertools.chain(*unused)) == sorted(fitted.draw(7).tolist())
    batches.set_epoch(3)
    assert list(batches.sampler) == fitted.draw(3).tolist()


def test_batch_samplers_are_known_as_such_and_survive_a_pickle():
    batches = sampler().to_torch_batch_sampler(Y, batch_size=100)
    assert isinstance(batches, BatchSampler)  # else accelerate replaces them as a sampler=
    assert not isinstance(batches, (RandomSampler, SequentialSampler))
    assert not hasattr(batches, "generator")
    next(iter(batches))
    assert list(pickle.loads(pickle.dumps(batches))) == list(batches)


@pytest.mark.parametrize(
    "workers",
    [{"num_workers": 0}, {"num_workers": 2}, {"num_workers": 2, "persistent_workers": True}],
)
def test_a_loader_of_batches_gives_the_same_rows_for_any_workers(workers):
    data = TensorDataset(torch.arange(1000))
    context = "fork" if workers["num_workers"] else None
    batches = sampler().to_torch_batch_sampler(Y, batch_size=64)
    expected = sampler().to_torch_batch_sampler(Y, batch_size=64)
    loader = DataLoader(data, batch_sampler=batches, multiprocessing_context=context, **workers)
    for _ in range(3):
        assert [batch.tolist() for (batch,) in loader] == list(expected)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, "batch_size must be an int >= 1, got 0"),
        ({"batch_size": 1.5}, TypeError, r"batch_size must be an int >= 1, got 1\.5"),
        ({"batch_size": True}, TypeError, "batch_size must be an int >= 1, got True"),
        (
            {"batch_size": 4, "drop_last": "no"},
            TypeError,
            "drop_last must be True or False, got 'no'",
        ),
        (
            {"batch_size": 1001, "drop_last": True},
            ValueError,
            "at most the 1000 draws of an epoch with drop_last=True, got 1001",
        ),
    ],
)
def test_bad_batches_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        sampler().to_torch_batch_sampler(Y, **arguments)
    with pytest.raises(TypeError, match="sampler must be a BalancedSampler, got list"):
        BalancedBatchSampler([0, 1], 4)


def test_a_balanced_loader_is_one_line():
    data = TensorDataset(torch.arange(1000), torch.tensor(Y))
    loader = BalancedDataLoader(
        data, batch_size=50, strength=0.5, n_samples=2000, random_state=0, num_workers=0
    )
    assert isinstance(loader, DataLoader)
    assert len(loader) == 40
    passes = [list(loader) for _ in range(2)]
    fitted = InverseFrequencySampler(strength=0.5, n_samples=2000, random_state=0).fit(None, Y)
    for epoch, batches in enumerate(passes):
        assert {y.sum().item() for _, y in batches} <= {12, 13}  # a quarter
        assert sorted(torch.cat([rows for rows, _ in batches]).tolist()) == sorted(
            fitted.draw(epoch).tolist()
        )


def test_a_balanced_loader_takes_labels_and_no_other_order():
    data = TensorDataset(torch.zeros(1000, 2))
    assert len(list(BalancedDataLoader(data, batch_size=300, labels=Y, drop_last=True))) == 3
    for other in {"shuffle": True}, {"sampler": [0]}, {"batch_sampler": [[0]]}:
        with pytest.raises(
            TypeError, match=f"chooses the rows itself, so it takes no {next(iter(other))}"
        ):
            BalancedDataLoader(data, labels=Y, **other)
    with pytest.raises(TypeError, match="takes no sampler"):
        BalancedDataLoader(data, labels=Y, sampler=torch.arange(3))
    BalancedDataLoader(data, labels=Y, shuffle=False, sampler=None)


def test_a_balanced_loader_hands_on_every_parameter():
    data = TensorDataset(torch.arange(1000), torch.tensor(Y))
    parameters = {"strength": 0.3, "n_samples": 400, "replacement": True, "random_state": 8}
    expected = InverseFrequencySampler(**parameters).to_torch_batch_sampler(
        data, batch_size=32, drop_last=True
    )
    loader = BalancedDataLoader(data, batch_size=32, drop_last=True, **parameters)
    assert [rows.tolist() for rows, _ in loader] == list(expected)


def test_an_epoch_too_short_for_a_full_batch_is_refused():
    shrinking = InverseFrequencySampler(
        strength=lambda epoch: float(epoch > 0), n_samples="under", random_state=0
    )
    batches = shrinking.to_torch_batch_sampler([0] * 90 + [1] * 10, batch_size=50, drop_last=True)
    assert [len(batch) for batch in batches] == [50, 50]
    with pytest.raises(
        ValueError,
        match="batch_size=50 with drop_last=True leaves no batch of the 20 draws of epoch 1",
    ):
        next(iter(batches))


@pytest.mark.parametrize(
    ("n_samples", "dtype"),
    [
        ("over", np.uint64),
        ("under", np.uint32),
        (None, np.uint32),
        (2**32 - 901, np.uint32),
        (2**32 - 900, np.uint64),
    ],
)
def test_words_are_wide_enough_for_any_epoch_of_a_schedule(n_samples, dtype):
    fitted = InverseFrequencySampler(strength=ramp, n_samples=n_samples).fit(None, Y)
    assert fitted._plan.dtype == dtype


def ramp(epoch):
    """From the data's distribution to equal classes in ten epochs."""
    return min(1.0, epoch / 10)


@pytest.mark.parametrize("n_samples", [None, 300, "over", "under"])
def test_strength_may_change_with_the_epoch(n_samples):
    fitted = InverseFrequencySampler(strength=ramp, n_samples=n_samples, random_state=0).fit(
        None, Y
    )
    rows = fitted.to_torch_sampler()
    batches = fitted.to_torch_batch_sampler(batch_size=50)
    together = np.zeros(1000, dtype=int)
    for epoch in range(13):
        expected = (
            InverseFrequencySampler(strength=ramp(epoch), n_samples=n_samples)
            .fit(None, Y)
            .sampling_strategy_
        )
        n_draws = len(rows)
        drawn = np.array(list(rows))
        assert len(drawn) == n_draws
        assert drawn.tolist() == fitted.draw(epoch).tolist()
        assert [(drawn < 900).sum(), (drawn >= 900).sum()] == list(expected.values())
        assert sorted(itertools.chain(*batches)) == sorted(drawn.tolist())
        together += np.bincount(drawn, minlength=1000)
        assert np.ptp(together[:900]) <= 1
        assert np.ptp(together[900:]) <= 1
    assert (
        fitted.sampling_strategy_
        == InverseFrequencySampler(strength=0.0, n_samples=n_samples)
        .fit(None, Y)
        .sampling_strategy_
    )
    assert pickle.loads(pickle.dumps(fitted)).draw(4).tolist() == fitted.draw(4).tolist()


def test_batches_of_a_schedule_whose_lengths_change_tell_no_batch_size():
    # Epoch 0 has 100 draws, a multiple of 20; accelerate would take that for the size of all.
    growing = InverseFrequencySampler(strength=lambda e: e / 9, n_samples="over", random_state=0)
    batches = growing.to_torch_batch_sampler([0] * 90 + [1] * 10, batch_size=20)
    assert {len(batch) for batch in batches} == {20}
    assert batches.batch_size is None
    assert {len(batch) for batch in batches} != {20}


def test_a_constant_function_is_the_constant():
    by_function = InverseFrequencySampler(strength=lambda _: 0.7, random_state=3).fit(None, Y)
    by_number = InverseFrequencySampler(strength=0.7, random_state=3).fit(None, Y)
    assert by_function.draw(5).tolist() == by_number.draw(5).tolist()


@pytest.mark.parametrize(
    ("at_two", "error", "message"),
    [
        (-1, ValueError, r"strength\(2\) must be a real number >= 0, got -1"),
        ("1", TypeError, r"strength\(2\) must be .* got '1'"),
    ],
)
def test_strengths_that_a_function_gives_are_checked(at_two, error, message):
    fitted = InverseFrequencySampler(strength=lambda epoch: 1.0 if epoch < 2 else at_two).fit(
        None, Y
    )
    with pytest.raises(error, match=message):
        fitted.draw(2)
    with pytest.raises(TypeError, match=r"strength\(0\) must be a real number >= 0, got None"):
        InverseFrequencySampler(strength=lambda _: None).fit(None, Y)
