"""doeff for the scenarios: its `run`, and the settings that both wheels are measured with.

The scenarios install their handlers themselves, as users of doeff do.
"""

import os

# Before doeff is imported: it reads this once.
os.environ["DOEFF_SCHEDULER"] = "python"

from doeff import run

__all__ = ["run"]
