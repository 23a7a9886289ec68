"""What was applied to screening's database, in order."""
