"""The sheets of a worksheet's workbook."""
