"""Pages: rendered here, live by SSE, with sessions by cookie (design, decisions 8 and 11).

Only an api loads them: nothing here is imported by what a worker or a relay needs.
"""
