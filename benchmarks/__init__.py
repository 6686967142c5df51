"""How fast and how small, as ratios from one run: `python -m benchmarks`.

One module a measured thing. Each has `measure(run)`, which yields `Result`s;
`measuring` holds what they share, `subject` the workbook that is built.
"""
