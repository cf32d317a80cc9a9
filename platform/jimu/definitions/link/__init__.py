"""From definitions that name each other to definitions that hold each other's formulas, typed and checked.

``Linker`` follows the fields; ``objects`` and ``layouts`` use it for the formulas of everything else.
"""
