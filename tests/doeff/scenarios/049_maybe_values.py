"""`Some` and `Nothing` as values."""

from _kit import attempt
from doeff import Nothing, Some

print(Some(1), Nothing, Some(1) == Some(1), Some(1) == Nothing, bool(Some(0)), bool(Nothing))
print(Some(1).is_some(), Nothing.is_some(), hash(Some(1)) == hash(Some(1)), {Some(1), Some(1)})
attempt("set", lambda: setattr(Some(1), "value", 2))
attempt("extra", lambda: setattr(Some(1), "other", 2))
match Some(3):
    case Some(value):
        print("matched", value)
