"""`python -m doeff demo` with a page from a file, and with wrong addresses."""

import tempfile
from pathlib import Path

from _kit import attempt
from doeff.__main__ import main

with tempfile.TemporaryDirectory() as directory:
    page = Path(directory) / "page.html"
    page.write_text("<h1>Our page</h1>")
    attempt("file", lambda: main(["demo", "--url", page.as_uri()]))
attempt("no scheme", lambda: main(["demo", "--url", "example.com"]))
