"""Small programs, each with what must come of it beside it, for every engine."""
