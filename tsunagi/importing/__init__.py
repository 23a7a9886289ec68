"""Lists that come from outside, read into typed rows: pure, nothing is sent from here."""
