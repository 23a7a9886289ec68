"""The pure foundation: ids, instants, errors, and what a decider is. Imports nothing that does I/O."""
