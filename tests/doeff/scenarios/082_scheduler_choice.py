"""How the implementation is chosen."""

import os

from _kit import attempt, show
from doeff import Pure
from doeff_core_effects.scheduler import (
    DEFAULT_IMPLEMENTATION,
    IMPLEMENTATION_ENV_VAR,
    resolve_implementation,
    scheduled,
)

print(DEFAULT_IMPLEMENTATION, IMPLEMENTATION_ENV_VAR)
attempt("environment", resolve_implementation)
attempt("argument", lambda: resolve_implementation("rust"))
attempt("wrong", lambda: resolve_implementation("other"))
show("python", scheduled(Pure(1), implementation="python"))
os.environ[IMPLEMENTATION_ENV_VAR] = "weird"
attempt("wrong environment", lambda: scheduled(Pure(1)))
del os.environ[IMPLEMENTATION_ENV_VAR]
attempt("default", resolve_implementation)
