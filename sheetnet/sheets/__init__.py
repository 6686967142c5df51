"""The sheets of a workbook, one module each.

A module has `place`, which gives its blocks their cells, and `fill`, which writes the
sheet once all blocks are placed.
"""
