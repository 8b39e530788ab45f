"""Keeping views up to date from events as they come.

Events come from `sources`.
"""
