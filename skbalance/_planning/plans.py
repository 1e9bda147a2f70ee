"""Labels in memory to the plan that suits their kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skbalance._labels.codes import encode, encode_cells
from skbalance._labels.label_sets import encode_sets
from skbalance._labels.numbers import encode_numbers, weight_array
from skbalance._labels.pools import group
from skbalance._planning.by_weight import (
    plan_of_bins,
    plan_of_label_sets,
    plan_of_weighted_classes,
)
from skbalance._planning.exact import Cells, plan_of_cells, plan_of_classes
from skbalance._planning.parameters import Parameters
from skbalance._planning.planned import Planned

if TYPE_CHECKING:
    from numpy.typing import NDArray


def plan_of(
    parameters: Parameters, y: Any, sample_weight: Any = None, groups: Any = None
) -> Planned:
    """A plan of draws from a target and, if given, weights and groups of rows."""
    parameters.check_used(groups is not None)
    if groups is not None:
        _refuse_beside_groups(parameters, sample_weight)
        return _plan_of_groups(parameters, y, groups)
    if parameters.target_type == "multilabel":
        labels, indicator = encode_sets(y)
        values = _values(sample_weight, indicator.shape[0])
        return plan_of_label_sets(parameters, labels, indicator, values)
    if parameters.target_type == "continuous":
        bins, codes, edges = encode_numbers(y, parameters.bins)
        return plan_of_bins(parameters, bins, codes, edges, _values(sample_weight, len(codes)))
    classes, codes = encode(y)
    if sample_weight is not None:
        values = weight_array(sample_weight, len(codes))
        return plan_of_weighted_classes(parameters, classes, codes, values)
    pool, class_counts = group(codes, len(classes))
    return plan_of_classes(parameters, classes, class_counts, pool)


def _values(sample_weight: Any, n_rows: int) -> Any:
    return None if sample_weight is None else weight_array(sample_weight, n_rows)


def _refuse_beside_groups(parameters: Parameters, sample_weight: Any) -> None:
    """Raise ValueError for what groups cannot stand beside."""
    beside = "sample_weight" if sample_weight is not None else None
    if parameters.target_type != "class":
        beside = f"target_type={parameters.target_type!r}"
    if beside:
        raise ValueError(
            f"groups and {beside} are not supported together: groups share whole draws among "
            "classes. Balance by groups alone by giving them as y."
        )


def _plan_of_groups(parameters: Parameters, y: Any, groups: Any) -> Planned:
    """A plan from the class and the group of each row."""
    classes, class_codes = encode(y)
    groups, group_codes = _encode_groups(groups)
    if len(group_codes) != len(class_codes):
        raise ValueError(
            f"groups must be one label for each of the {len(class_codes)} rows, got "
            f"{len(group_codes)}."
        )
    (group_of, class_of), codes = encode_cells([(groups, group_codes), (classes, class_codes)])
    pool, counts = group(codes, len(group_of))
    return plan_of_cells(parameters, Cells(groups, classes, group_of, class_of, counts), pool)


def _encode_groups(groups: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Sorted groups, and the index of each row's group; an error says that it is about groups."""
    try:
        labels, codes = encode(groups, "groups")
    except (TypeError, ValueError) as error:
        about = "" if str(error).startswith("groups") else "groups: "
        raise type(error)(f"{about}{error}") from None
    return labels, codes
