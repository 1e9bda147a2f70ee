"""Planning: parameters and labels to a plan of draws, for estimators, loaders and clusters alike.

RULE: numpy and scipy; of this library `_arrays`, `_checks`, `_draws` and `_labels`. No estimator
and no framework.

    parameters   parameters, checked, and what they say of labels and epochs
    strategies   what imbalanced-learn's sampling_strategy is called here
    planned      what a fit knows: the plan, classes, their weights and draws
    exact        one class a row, also in groups: whole draws for each class
    by_weight    row weights, several labels, continuous targets: draws by the weights of rows
    plans        labels in memory to the plan that suits their kind
"""
