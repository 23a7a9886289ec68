"""What was applied to intake's database, in order."""
