"""What the tests of resuming have in common."""

from itertools import chain

import numpy as np
import pytest
from left_out import skip_without_torch

from skbalance import InverseFrequencySampler

Y = np.array([0] * 900 + [1] * 80 + [2] * 20)
BATCH_SIZE = 48


def fitted(y=Y, **parameters):
    return InverseFrequencySampler(**{"random_state": 0, **parameters}).fit(None, y)


def rows_of(sampler, **ranks):
    skip_without_torch()
    return sampler.to_torch_sampler(**ranks)


def batches_of(sampler, batch_size=BATCH_SIZE, **ranks):
    skip_without_torch()
    return sampler.to_torch_batch_sampler(batch_size=batch_size, **ranks)


KINDS = {"rows": rows_of, "batches": batches_of}
kinds = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)


def stream(sampler, n_epochs):
    return list(chain.from_iterable(sampler for _ in range(n_epochs)))
