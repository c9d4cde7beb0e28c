"""document_pipeline: documents are fetched and counted, with cache, log and retries as handlers.

Something like a real program, which says what it wants and leaves the rest to its handlers: the
settings are an environment, results are remembered by a cache, and what cannot be fetched at once
is tried again by a handler that performs the effect anew. Four types of effects with data, typed
handlers, clauses that perform effects and catch what these raise, and exceptions thrown into
continuations, all at once. There is no floor: a native loop that did all this would be a machine.
"""

from effects import Ask, EffectBase, Resume, TransferThrow, WithHandler, do, reader

OPERATION = "request"
SIZES = (100, 1_000, 10_000)
QUICK_SIZES = (100, 1_000)
PARAMS = ({},)

ATTEMPTS = 3
LONGEST = 20
TEXTS = tuple(" ".join(["word"] * length) for length in range(1, 32))

# Of so many documents the first is lost; the others come with the first attempt, the second or the
# third.
LOST = 10


class Unavailable(Exception):
    """A document could not be fetched."""


class Fetch(EffectBase):
    """Answered with the text of a document, or by Unavailable."""

    __slots__ = ("document",)

    def __init__(self, document):
        self.document = document


class Recall(EffectBase):
    """Answered with what is remembered of a document, or None."""

    __slots__ = ("document",)

    def __init__(self, document):
        self.document = document


class Remember(EffectBase):
    """Answered with None."""

    __slots__ = ("count", "document")

    def __init__(self, document, count):
        self.document = document
        self.count = count


class Log(EffectBase):
    """Answered with None."""

    __slots__ = ("entry",)

    def __init__(self, entry):
        self.entry = entry


def max_size(engine):
    """The floor is left out, and more requests take the interpreter too long."""
    return {"floor": 0, "cesk": 1_000}.get(engine)


def operations(size):
    """The size counts the requests."""
    return size


def requested(size):
    """Each document is asked for twice."""
    documents = (size + 1) // 2
    return [request % documents for request in range(size)]


def failures(document):
    """How many attempts to fetch it fail."""
    return ATTEMPTS if document % LOST == 0 else document % ATTEMPTS


def text_of(document):
    """What it says."""
    return TEXTS[document % len(TEXTS)]


@do
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


@do
def pipeline(size):
    """Sum the words of all requested documents; count those that are lost."""
    words = lost = 0
    for document in requested(size):
        try:
            words += yield count_words(document)
        except Unavailable:
            yield Log(("lost", document))
            lost += 1
    return words, lost


def remembering():
    """A cache: the handlers of Recall and Remember."""
    counts = {}

    def recall(effect, k):
        return (yield Resume(k, counts.get(effect.document)))

    def remember(effect, k):
        counts[effect.document] = effect.count
        return (yield Resume(k, None))

    return recall, remember


def retry(effect, k):
    """Perform the effect so many times, outside."""
    for _ in range(ATTEMPTS):
        try:
            text = yield effect
        except Unavailable:
            yield Log(("failed", effect.document))
        else:
            break
    else:
        return (yield TransferThrow(k, Unavailable(effect.document)))
    return (yield Resume(k, text))


def source():
    """The handler that has the documents, or has not."""
    attempts = {}

    def fetch(effect, k):
        document = effect.document
        attempt = attempts[document] = attempts.get(document, 0) + 1
        if attempt <= failures(document):
            return (yield TransferThrow(k, Unavailable(document)))
        return (yield Resume(k, text_of(document)))

    return fetch


def logging(log):
    """The handler that writes the log."""

    def write(effect, k):
        log.append(effect.entry)
        return (yield Resume(k, None))

    return write


@do
def body(size):
    """Install what keeps something anew, and say what came of it."""
    log = []
    recall, remember = remembering()
    program = WithHandler(recall, pipeline(size), Recall)
    program = WithHandler(remember, program, Remember)
    program = WithHandler(retry, program, Fetch)
    program = WithHandler(source(), program, Fetch)
    words, lost = yield WithHandler(logging(log), program, Log)
    return words, lost, len(log)


def handlers():
    """The settings, which stay."""
    return [(reader({"longest": LONGEST}), None)]


def plain_fetch(document, attempts):
    """What the source does."""
    attempt = attempts[document] = attempts.get(document, 0) + 1
    if attempt <= failures(document):
        raise Unavailable(document)
    return text_of(document)


def plain_retry(document, attempts, log):
    """What the handler that tries again does."""
    for _ in range(ATTEMPTS):
        try:
            return plain_fetch(document, attempts)
        except Unavailable:
            log.append(("failed", document))
    raise Unavailable(document)


def plain_count_words(document, counts, attempts, log, settings):
    """The program as a plain function that is given all it needs."""
    known = counts.get(document)
    if known is not None:
        return known
    text = plain_retry(document, attempts, log)
    count = min(len(text.split()), settings["longest"])
    counts[document] = count
    log.append(("counted", document, count))
    return count


def plain(size):
    """Call functions, which are given dicts and a list."""
    counts, attempts, log, settings = {}, {}, [], {"longest": LONGEST}
    words = lost = 0
    for document in requested(size):
        try:
            words += plain_count_words(document, counts, attempts, log, settings)
        except Unavailable:
            log.append(("lost", document))
            lost += 1
    return words, lost, len(log)


def expected(size):
    """Document by document: a lost one comes when it is asked for again."""
    words = lost = entries = 0
    documents = (size + 1) // 2
    for document in range(documents):
        requests = 1 + (document + documents < size)
        count = min(document % len(TEXTS) + 1, LONGEST)
        is_lost = document % LOST == 0
        found = requests - is_lost
        words += count * found
        lost += is_lost
        # Every failed attempt, the count when it is found first, and the loss.
        entries += (ATTEMPTS if is_lost else document % ATTEMPTS) + (found > 0) + is_lost
    return words, lost, entries
