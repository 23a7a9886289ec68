"""The documents that are made from code: events, AsyncAPI, codes, permissions, metrics, requirements."""
