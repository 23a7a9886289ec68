"""The outside world, behind narrow doors: PostgreSQL, Kafka, Faust, the web, sealing, the clock, logs and metrics."""
