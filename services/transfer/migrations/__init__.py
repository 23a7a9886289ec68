"""What was applied to transfer's database, in order."""
