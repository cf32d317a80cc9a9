"""The built-in functions, a file per category. Each file exports ``FUNCTIONS``; a new function is one entry there, one
builder in ``storage.expressions.postgresql`` and, where it pays, one in ``storage.expressions.sqlite``."""
