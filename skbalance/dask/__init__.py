"""The same sampler for tables larger than memory: dask collections in, lazy dask collections out.

``_sampler`` is what users see, ``_collections`` all that knows dask's graphs, ``_partitions`` what
runs where a partition is. How often a row is drawn,
`skbalance._draws.plan.Epoch.multiplicities_of_runs` tells.
"""

try:
    import dask.array as _array  # noqa: F401
    import dask.dataframe as _dataframe  # noqa: F401
except ImportError as error:
    reason = str(error).splitlines()[0]
    raise ImportError(
        f"skbalance.dask needs dask: pip install 'skbalance[dask]' ({reason})"
    ) from None

from skbalance.dask._sampler import InverseFrequencySampler

__all__ = ["InverseFrequencySampler"]
