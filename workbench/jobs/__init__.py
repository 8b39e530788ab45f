"""Notebooks that run by themselves: once with parameters, or again and again on a schedule.

packaged, notebooks (find and read one, check its parameters) → kernel, engine, execution
(papermill in a kernel of ours) → runs (a recorded job), pictures (what it drew) → cron, schedules
(when) → daemon (claims what is due) → due (one scheduled run, in its own process).
"""

from workbench.jobs.runs import Job, JobFailed, job, jobs, run_notebook
from workbench.jobs.schedules import Schedule, schedule, schedules

__all__ = ["Job", "JobFailed", "Schedule", "job", "jobs", "run_notebook", "schedule", "schedules"]
