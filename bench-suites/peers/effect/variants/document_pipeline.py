"""document_pipeline as effect has it: a performer for each intent, and an intent for each attempt.

A performer answers by what it returns, which may be an effect of other intents, or raises.
"""

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
from effect import (
    ComposedDispatcher,
    Effect,
    TypeDispatcher,
    base_dispatcher,
    sync_perform,
    sync_performer,
)
from effects import do


class Ask:
    """Answered with a setting."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name


class Attempt:
    """Answered with the text of a document, or by Unavailable; performed for Fetch."""

    __slots__ = ("document",)

    def __init__(self, document):
        self.document = document


@do
def count_words(document):
    """The number of words, as far as the settings allow."""
    known = yield Effect(Recall(document))
    if known is not None:
        return known
    text = yield Effect(Fetch(document))
    longest = yield Effect(Ask("longest"))
    count = min(len(text.split()), longest)
    yield Effect(Remember(document, count))
    yield Effect(Log(("counted", document, count)))
    return count


@do
def pipeline(size):
    """Sum the words of all requested documents; count those that are lost."""
    words = lost = 0
    for document in requested(size):
        try:
            words += yield count_words(document)
        except Unavailable:
            yield Effect(Log(("lost", document)))
            lost += 1
    return words, lost


def remembering():
    """A cache: the performers of Recall and Remember."""
    counts = {}

    @sync_performer
    def recall(dispatcher, intent):
        return counts.get(intent.document)

    @sync_performer
    def remember(dispatcher, intent):
        counts[intent.document] = intent.count

    return {Recall: recall, Remember: remember}


@do
def retrying(document):
    """Fetch it with so many attempts."""
    for _ in range(ATTEMPTS):
        try:
            return (yield Effect(Attempt(document)))
        except Unavailable:
            yield Effect(Log(("failed", document)))
    raise Unavailable(document)


@sync_performer
def retry(dispatcher, intent):
    """Answer by an effect."""
    return retrying(intent.document)


RETRIES = {Fetch: retry}


def source():
    """The performer that has the documents, or has not."""
    attempts = {}

    @sync_performer
    def fetch(dispatcher, intent):
        document = intent.document
        attempt = attempts[document] = attempts.get(document, 0) + 1
        if attempt <= failures(document):
            raise Unavailable(document)
        return text_of(document)

    return {Attempt: fetch}


def logging(log):
    """The performer that writes the log."""

    @sync_performer
    def write(dispatcher, intent):
        log.append(intent.entry)

    return {Log: write}


def reading(settings):
    """The performer that knows the settings."""

    @sync_performer
    def ask(dispatcher, intent):
        return settings[intent.name]

    return {Ask: ask}


SETTINGS = reading({"longest": LONGEST})


def handlers():
    """Each run makes its own."""
    return []


def drive(_, size):
    """Perform the pipeline with what keeps something anew, and say what came of it."""
    log = []
    performers = TypeDispatcher(remembering() | RETRIES | source() | logging(log) | SETTINGS)
    dispatcher = ComposedDispatcher([performers, base_dispatcher])
    words, lost = sync_perform(dispatcher, pipeline(size))
    return words, lost, len(log)
