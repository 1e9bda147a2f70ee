"""The same sampler for tables larger than memory: dask collections in, lazy dask collections out.

RULE: dask, numpy and scikit-learn; of this library `_balancer`, `_partitions` and `_planning`, but
neither torch nor the sampler in memory.

    _sampler       InverseFrequencySampler for dask's collections
    _collections   all that knows how dask works inside

What happens inside a partition, once dask has computed it, is in `skbalance._partitions`.
"""

try:
    import dask.array as _array  # noqa: F401
    import dask.dataframe as _dataframe  # noqa: F401
except ImportError as error:
    # dask's message goes on with advice on how to install dask alone.
    reason = str(error).splitlines()[0]
    raise ImportError(
        f"skbalance.dask needs dask: pip install 'skbalance[dask]' ({reason})"
    ) from None

from skbalance.dask._sampler import InverseFrequencySampler

__all__ = ["InverseFrequencySampler"]
