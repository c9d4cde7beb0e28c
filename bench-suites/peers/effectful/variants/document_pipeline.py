"""document_pipeline as effectful has it: operations with arguments, of which no object is made.

What tries again asks the interpretation outside by `fwd`; what cannot be fetched is an exception.
"""

from functools import partial

from document_pipeline import ATTEMPTS, LONGEST, Unavailable, failures, requested, text_of
from effectful.ops.semantics import coproduct, fwd, handler
from effectful.ops.syntax import defop


@defop
def ask(name: str) -> int:
    """Answered with a setting."""
    raise NotImplementedError


@defop
def fetch(document: int) -> str:
    """Answered with the text of a document, or by Unavailable."""
    raise NotImplementedError


@defop
def recall(document: int) -> int | None:
    """Answered with what is remembered of a document, or None."""
    raise NotImplementedError


@defop
def remember(document: int, count: int) -> None:
    """Remembers it."""
    raise NotImplementedError


@defop
def log(entry: tuple) -> None:
    """Writes it."""
    raise NotImplementedError


def count_words(document):
    """The number of words, as far as the settings allow."""
    known = recall(document)
    if known is not None:
        return known
    text = fetch(document)
    longest = ask("longest")
    count = min(len(text.split()), longest)
    remember(document, count)
    log(("counted", document, count))
    return count


def pipeline(size):
    """Sum the words of all requested documents; count those that are lost."""
    words = lost = 0
    for document in requested(size):
        try:
            words += count_words(document)
        except Unavailable:
            log(("lost", document))
            lost += 1
    return words, lost


def remembering():
    """A cache."""
    counts = {}

    def answer_remember(document, count):
        counts[document] = count

    return {recall: counts.get, remember: answer_remember}


def retry(document):
    """Ask outside so many times."""
    for _ in range(ATTEMPTS):
        try:
            return fwd()
        except Unavailable:
            log(("failed", document))
    raise Unavailable(document)


RETRIES = {fetch: retry}


def source():
    """What has the documents, or has not."""
    attempts = {}

    def answer_fetch(document):
        attempt = attempts[document] = attempts.get(document, 0) + 1
        if attempt <= failures(document):
            raise Unavailable(document)
        return text_of(document)

    return {fetch: answer_fetch}


def fresh(size):
    """Install what keeps something anew, and say what came of it."""
    entries = []
    outside = remembering() | source() | {log: entries.append}
    with handler(coproduct(outside, RETRIES)):
        words, lost = pipeline(size)
    return words, lost, len(entries)


def body(size):
    """The pipeline with what it needs."""
    return partial(fresh, size)


def handlers():
    """The settings, which stay."""
    return [{ask: {"longest": LONGEST}.__getitem__}]
