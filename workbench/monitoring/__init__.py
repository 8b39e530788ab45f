"""Watching what is served: values from the prediction log, conditions over them, alerts.

observe (figures from two tables) → monitors (of a deployment, recorded) → conditions (when to
speak) → alerts (the message and its picture) → channels (who hears it). `pictures` draws.
"""

from workbench.monitoring.alerts import Alert, alert
from workbench.monitoring.monitors import Monitor, monitor

__all__ = ["Alert", "Monitor", "alert", "monitor"]
