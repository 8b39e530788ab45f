"""Columns become numbers for a model: `fitting` passes over whole columns, `transform` applies."""

from workbench.data.transforms.transform import Arrays, Transform

__all__ = ["Arrays", "Transform"]
