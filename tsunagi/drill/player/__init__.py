"""Playing a drill through the public HTTP APIs: actors with queues, as people have them.

Nobody here knows what the services hold but by asking them. Ids of commands and of what is made come from scenario,
seed, subject and step: a drill that is played again on the same stack adds nothing, and one that was broken off goes
on. `playing.play` is the whole of it; each actor is one file.
"""
