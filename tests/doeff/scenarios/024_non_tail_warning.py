"""`@do` and `@handler` warn about non-tail resumes; `non_tail=True` says it is meant."""

import warnings

from _kit import clean
from doeff import Ask, Resume, ResumeThrow, do, handler

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")

    @do
    def non_tail(effect: Ask, k):
        value = yield Resume(k, 1)
        return value + 1

    @do(non_tail=True)
    def meant(effect: Ask, k):
        value = yield Resume(k, 1)
        return value + 1

    @do
    def tail(effect: Ask, k):
        value = yield Resume(k, 1)
        return value

    @handler
    def in_try(effect: Ask, k):
        try:
            return (yield ResumeThrow(k, ValueError("x")))
        finally:
            pass


for warning in caught:
    print(warning.category.__name__, clean(warning.message), warning.lineno)
print(non_tail.__doeff_tail_resume_lines__, tail.__doeff_tail_resume_lines__)
