"""The specification as data: roles, entry points, plans, values and encodings.

Nothing here imports anything outside the standard library, and nothing here does work
at import beyond building its own tables.
"""
