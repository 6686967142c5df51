"""python -m sheetnet: the command line."""

from sheetnet.cli import main

main(prog_name="sheetnet")
