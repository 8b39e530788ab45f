"""Alembic's migrations, one a file, in order of their number."""
