"""Models under names: versions that never change, aliases that do.

`registration` turns a run's model into a version, with its signature and where each input came
from; `versions` is what comes back: it predicts, carries aliases and knows its run.
"""

from workbench.registry.registration import register
from workbench.registry.versions import ModelVersion, model, models

__all__ = ["ModelVersion", "model", "models", "register"]
