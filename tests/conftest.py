"""What all tests share."""

from hypothesis import settings

# How long an example takes says something about the machine, nothing about the code.
settings.register_profile("unhurried", deadline=None)
settings.register_profile("nightly", deadline=None, max_examples=2_000, stateful_step_count=100)
settings.load_profile("unhurried")
