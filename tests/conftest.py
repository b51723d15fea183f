"""Settings of the whole suite."""

import os

from hypothesis import settings

# In the gate, examples are few and the same on every run; `HYPOTHESIS_PROFILE=large` searches longer and afresh.
settings.register_profile("gate", max_examples=40, derandomize=True, deadline=None)
settings.register_profile("large", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))
