"""The error of a wrong yield is raised at the `yield` and can be caught."""

from _kit import describe, show
from doeff import do


@do
def main():
    lines = []
    for value in (1, None):
        try:
            yield value
        except TypeError as error:
            lines.append(describe(error)[:60])
    return lines


show("caught", main())
