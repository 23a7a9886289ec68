"""Casework's pages: the board of the headquarters, a person's timeline, what was handed over."""
