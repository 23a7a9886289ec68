"""What was applied to casework's database, in order."""
