"""The events as products: what the services tell each other, one module a topic."""
