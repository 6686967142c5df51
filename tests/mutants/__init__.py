"""The builder broken on purpose: whether `verify` notices.

A mutant is the package with one change in one place. Its workbooks are built and verified
by the same broken code, so that only what was computed apart from it can give it away.
`python -m tests.mutants N [SEED]` makes random ones, `by_hand` holds chosen ones.
"""
