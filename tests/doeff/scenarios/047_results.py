"""`Ok` and `Err`: attributes, truth, equality, match, repr, hash."""

from _kit import attempt
from doeff import Err, Ok

ok, err = Ok(1), Err(ValueError("v"))
print(ok, err, ok.value, repr(err.error), bool(ok), bool(err))
print(ok.is_ok(), ok.is_err(), err.is_ok(), err.is_err(), err.captured_traceback)
print(Ok.__match_args__, Err.__match_args__, Ok.__module__, Ok.__name__, Err.__qualname__)
print(Ok([1]), Ok(Ok(None)), Err("text"), Err(Err(1)))
attempt("equal", lambda: (Ok(1) == Ok(1), Ok(1) == Ok(2), Err(1) == Err(1), Ok(1) == Err(1)))
attempt("hash", lambda: isinstance(hash(Ok(1)), int))
attempt("generic", lambda: Ok[int])
attempt("set", lambda: setattr(ok, "value", 2))
attempt("set error", lambda: setattr(err, "error", 2))
attempt("set traceback", lambda: setattr(err, "captured_traceback", 2))
attempt("ok of error", lambda: Ok(1).error)
attempt("no argument", Ok)
attempt("two arguments", lambda: Err(1, "trace").captured_traceback)
attempt("subclass", lambda: type("Sub", (Ok,), {}))
attempt("keyword", lambda: (Ok(value=1), Err(error=2), Err(error=2, captured_traceback=3)))
attempt("isinstance", lambda: isinstance(Ok(1), Ok) and not isinstance(Ok(1), Err))
