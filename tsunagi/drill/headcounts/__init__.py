"""Drills that replay published headcounts: invented people come, move and leave, so that real numbers come out.

`published` holds the facts (and how they were carried here), `people` who comes, `moves` who goes where and when,
`playing` plays it on a stack by the APIs, `outcome` holds what the system says against what was published.
"""
