import itertools
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, Sampler, SequentialSampler, TensorDataset

from skbalance import InverseFrequencySampler
from skbalance.torch import BalancedSampler

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


@pytest.mark.parametrize("labels", [Y, np.array(Y), torch.tensor(Y)], ids=["list", "numpy", "torch"])
def test_labels_can_be_given_directly(labels):
    fitted = sampler()
    rows = fitted.to_torch_sampler(labels)
    assert list(rows) == fitted.draw(0).tolist()
    assert fitted.class_counts_.tolist() == [900, 100]


def test_it_yields_plain_ints_in_chunks():
    rows = sampler(n_samples=2**40).fit(None, Y).to_torch_sampler()  # a whole epoch would not fit in memory
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
    "workers", [{"num_workers": 0}, {"num_workers": 2}, {"num_workers": 2, "persistent_workers": True}]
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
    loader = DataLoader(TensorDataset(torch.tensor(Y)), batch_size=100, sampler=sampler().to_torch_sampler(Y))
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
    with pytest.raises(TypeError, match=r"made by InverseFrequencySampler\.to_torch_sampler\(labels\), not from list"):
        BalancedSampler([0, 1, 1])
    rows = sampler().to_torch_sampler(Y)
    rows.epoch = -3
    with pytest.raises(ValueError, match=r"epoch must be an int .* got -3"):
        next(iter(rows))
