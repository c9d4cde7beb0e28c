"""document_pipeline in a loop: functions, found by the effect's type, answer or raise."""

from functools import partial

from document_pipeline import (
    ATTEMPTS,
    LONGEST,
    Fetch,
    Log,
    Recall,
    Remember,
    Unavailable,
    plain_fetch,
    requested,
)
from effects import Ask


def count_words(document):
    """The number of words, as far as the settings allow."""
    known = yield Recall(document)
    if known is not None:
        return known
    text = yield Fetch(document)
    longest = yield Ask("longest")
    count = min(len(text.split()), longest)
    yield Remember(document, count)
    yield Log(("counted", document, count))
    return count


def pipeline(size):
    """Sum the words of all requested documents; count those that are lost."""
    words = lost = 0
    for document in requested(size):
        try:
            words += yield from count_words(document)
        except Unavailable:
            yield Log(("lost", document))
            lost += 1
    return words, lost


def answer_all(program, answers):
    """The result of the program; a dict has the function of each type."""
    send = program.send
    reply = None
    while True:
        try:
            effect = send(reply)
            while True:
                try:
                    reply = answers[type(effect)](effect)
                except Unavailable as error:
                    effect = program.throw(error)
                else:
                    break
        except StopIteration as stop:
            return stop.value


def remembering():
    """A cache: what answers Recall and Remember."""
    counts = {}

    def recall(effect):
        return counts.get(effect.document)

    def remember(effect):
        counts[effect.document] = effect.count

    return {Recall: recall, Remember: remember}


def retrying(log):
    """What has the documents, or has not, and tries again."""
    attempts = {}

    def retry(effect):
        document = effect.document
        for _ in range(ATTEMPTS):
            try:
                return plain_fetch(document, attempts)
            except Unavailable:
                log.append(("failed", document))
        raise Unavailable(document)

    return {Fetch: retry}


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


def loop(size):
    """Answer with what keeps something anew, and say what came of it."""
    log = []
    answers = remembering() | retrying(log) | logging(log) | SETTINGS
    words, lost = answer_all(pipeline(size), answers)
    return words, lost, len(log)


def body(size):
    """The loop."""
    return partial(loop, size)


def handlers():
    """The loop has the settings too."""
    return []
