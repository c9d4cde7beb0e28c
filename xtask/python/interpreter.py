"""Tells what an interpreter is, as JSON. One that is too old must get through this file too."""

import json
import sys
from importlib.util import find_spec

print(
    json.dumps(
        {
            # Outside of a virtual environment the base interpreter is the interpreter itself.
            "executable": getattr(sys, "_base_executable", None) or sys.executable,
            "implementation": sys.implementation.name,
            "version": sys.version,
            "version_info": sys.version_info[:2],
            "makes_venvs": all(find_spec(name) for name in ("venv", "ensurepip")),
        }
    )
)
