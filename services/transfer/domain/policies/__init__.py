"""What a city may replace: which decisions open a need, whom a facility's groups cover, what ends a need. Data."""
