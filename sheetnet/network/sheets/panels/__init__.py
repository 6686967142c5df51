"""The sheets that a lesson file asks for by name, a module a panel."""
