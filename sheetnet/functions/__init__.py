"""Activations and losses: each is one object, in one place, for arrays and for cells."""
