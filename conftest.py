"""The same examples for everybody: a property that fails here fails everywhere, and one that holds does not flicker.

Set HYPOTHESIS_PROFILE=search to look for new ones.
"""

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
