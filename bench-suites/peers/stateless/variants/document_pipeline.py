"""document_pipeline as stateless has it: the settings are needed, and an error is caught.

A handler can only answer, so a document that cannot be fetched is None, which the program that
asked for it makes an error; and what tries again is a program too.
"""

from dataclasses import dataclass
from functools import partial

from document_pipeline import (
    ATTEMPTS,
    LONGEST,
    Fetch,
    Log,
    Recall,
    Remember,
    Unavailable,
    failures,
    requested,
    text_of,
)
from stateless import catch, handle, need, supply, throw


@dataclass(frozen=True)
class Settings:
    """What is supplied."""

    longest: int


def fetch(document):
    """The text, or an error."""
    text = yield from Fetch(document)
    if text is None:
        yield from throw(Unavailable(document))
    return text


fetch_or_fail = catch(Unavailable)(fetch)


def retry(document):
    """Fetch it with so many attempts."""
    for _ in range(ATTEMPTS):
        match (yield from fetch_or_fail(document)):
            case Unavailable():
                yield from Log(("failed", document))
            case text:
                return text
    return (yield from throw(Unavailable(document)))


def count_words(document):
    """The number of words, as far as the settings allow."""
    known = yield from Recall(document)
    if known is not None:
        return known
    text = yield from retry(document)
    longest = (yield from need(Settings)).longest
    count = min(len(text.split()), longest)
    yield from Remember(document, count)
    yield from Log(("counted", document, count))
    return count


count_or_fail = catch(Unavailable)(count_words)


def pipeline(size):
    """Sum the words of all requested documents; count those that are lost."""
    words = lost = 0
    for document in requested(size):
        match (yield from count_or_fail(document)):
            case Unavailable():
                yield from Log(("lost", document))
                lost += 1
            case count:
                words += count
    return words, lost


def enclosed(log):
    """The pipeline under handlers that keep something."""
    counts, attempts = {}, {}

    def recall(ability: Recall) -> int | None:
        return counts.get(ability.document)

    def remember(ability: Remember) -> None:
        counts[ability.document] = ability.count

    def source(ability: Fetch) -> str | None:
        document = ability.document
        attempt = attempts[document] = attempts.get(document, 0) + 1
        return None if attempt <= failures(document) else text_of(document)

    def write(ability: Log) -> None:
        log.append(ability.entry)

    program = handle(remember)(handle(recall)(pipeline))
    return handle(write)(handle(source)(program))


def fresh(size):
    """Install what keeps something anew, and say what came of it."""
    log = []
    words, lost = yield from enclosed(log)(size)
    return words, lost, len(log)


def body(size):
    """The pipeline with what it needs."""
    return partial(fresh, size)


def handlers():
    """The settings, which stay."""
    return [supply(Settings(LONGEST))]
