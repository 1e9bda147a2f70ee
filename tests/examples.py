"""How many examples hypothesis tries, and which.

The same in every run, so that a failure is the change's fault. They are the same for ever, too:
`pytest --hypothesis-profile=new` draws others, and so does CI but for `same_in_ci`. "thousand" is
for test_kinds.py, whose claims are shown by so many cases.
"""

from hypothesis import settings

settings.register_profile(
    "repeatable", derandomize=True, deadline=None, max_examples=60, database=None
)
settings.register_profile(
    "new", derandomize=False, deadline=None, max_examples=150, database=None, print_blob=True
)
settings.register_profile("ci", settings.get_profile("new"), max_examples=60)
settings.register_profile(
    "thousand", derandomize=True, deadline=None, max_examples=1000, database=None
)
settings.register_profile(
    "long", derandomize=False, deadline=None, max_examples=20_000, database=None, print_blob=True
)


def same_in_ci():
    """The settings of tests whose new examples take too long for CI: junk, and whole trainings."""
    is_ci = settings.get_current_profile_name() == "ci"
    return settings.get_profile("repeatable") if is_ci else settings.default
