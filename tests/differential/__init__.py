"""Random programs over random handlers, which must do the same on all engines.

`grammar` says what programs look like, `generate` draws one, `render` writes it as Python,
`compare` runs it on the engines, and `shrink` finds a small program that still tells them apart.
"""
