"""document_pipeline as greenlet has it: one loop that tries again, and one for the rest.

The handlers outside need no places of their own: one loop finds them by the effect's type. What a
handler raises is thrown where the effect was performed.
"""

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
from effects import perform
from greenlet import greenlet


class Ask:
    """Answered with a setting."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name


def answered(program, answers):
    """The result of the program; a dict has functions that answer, and others are outside."""
    child = greenlet(program)
    effect = child.switch()
    while not child.dead:
        answer = answers.get(type(effect), perform)
        try:
            reply = answer(effect)
        except Unavailable as error:
            effect = child.throw(error)
        else:
            effect = child.switch(reply)
    return effect


def count_words(document):
    """The number of words, as far as the settings allow."""
    known = perform(Recall(document))
    if known is not None:
        return known
    text = perform(Fetch(document))
    longest = perform(Ask("longest"))
    count = min(len(text.split()), longest)
    perform(Remember(document, count))
    perform(Log(("counted", document, count)))
    return count


def pipeline(size):
    """Sum the words of all requested documents; count those that are lost."""
    words = lost = 0
    for document in requested(size):
        try:
            words += count_words(document)
        except Unavailable:
            perform(Log(("lost", document)))
            lost += 1
    return words, lost


def retry(effect):
    """Perform the effect so many times, outside."""
    for _ in range(ATTEMPTS):
        try:
            return perform(effect)
        except Unavailable:
            perform(Log(("failed", effect.document)))
    raise Unavailable(effect.document)


RETRIES = {Fetch: retry}


def remembering():
    """A cache: what answers Recall and Remember."""
    counts = {}

    def recall(effect):
        return counts.get(effect.document)

    def remember(effect):
        counts[effect.document] = effect.count

    return {Recall: recall, Remember: remember}


def source():
    """What has the documents, or has not."""
    attempts = {}

    def fetch(effect):
        document = effect.document
        attempt = attempts[document] = attempts.get(document, 0) + 1
        if attempt <= failures(document):
            raise Unavailable(document)
        return text_of(document)

    return {Fetch: fetch}


def logging(log):
    """What writes the log."""

    def write(effect):
        log.append(effect.entry)

    return {Log: write}


def reading(settings):
    """What knows the settings."""

    def ask(effect):
        return settings[effect.name]

    return {Ask: ask}


SETTINGS = reading({"longest": LONGEST})


def fresh(size):
    """Install what keeps something anew, and say what came of it."""
    log = []
    program = partial(answered, partial(pipeline, size), RETRIES)
    answers = remembering() | source() | logging(log) | SETTINGS
    words, lost = answered(program, answers)
    return words, lost, len(log)


def body(size):
    """The pipeline with all that it needs."""
    return partial(fresh, size)


def handlers():
    """The body has the settings too."""
    return []
