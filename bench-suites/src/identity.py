"""Prints what identifies this interpreter, one item a line."""

import sys

print(" ".join(sys.version.split()))
print(sys.base_prefix)
print(sys.base_exec_prefix)
print(sys.executable)
