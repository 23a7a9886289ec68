"""The local stack: real Kafka and PostgreSQL out of packages, and the services, supervised (design, decision 10)."""
