"""How many draws the slow agreement tests make: two in the suite, more on demand.

`make test-generative` makes ten, which is 100,000 random patients for each response criterion.
"""

import os

SEEDS = range(int(os.environ.get("ABSCOPAL_SEEDS", "2")))
