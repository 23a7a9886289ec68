"""Drills: a scenario as data, and from a seed the people, facilities and happenings it is played with. No I/O here.

`scenario.load("kobe")` reads what a scenario says; `population.Population` makes households and persons,
`facilities.Facilities` the shelters' opening, places and answers, `acts.in_order` everything that reaches intake, in
the order in which it does. All of it is invented, but for the shelters' names and places, which are published facts.
"""
