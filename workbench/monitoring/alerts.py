"""Speaking up when a monitor's values meet a condition."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import Any

from workbench import workspace
from workbench.core.references import check_name
from workbench.evaluation.pictures import png
from workbench.metadata import Artifact
from workbench.monitoring.channels import Outgoing, find_channel
from workbench.monitoring.conditions import Condition, Verdict
from workbench.monitoring.monitors import KIND as MONITOR
from workbench.monitoring.monitors import Monitor
from workbench.monitoring.pictures import drift_chart

KIND = "alert"


@dataclass(frozen=True)
class Alert:
    """A condition that held.

    Attributes
    ----------
    artifact : Artifact
        Kind "alert"; its bytes are the picture, a PNG.
    """

    artifact: Artifact

    @property
    def ref(self) -> str:
        """``name@version``."""
        return self.artifact.ref

    @property
    def message(self) -> str:
        """What is the matter: which value of which column, and how many predictions it rests on."""
        return str(self.artifact.properties["message"])

    @property
    def when(self) -> str:
        """The condition."""
        return str(self.artifact.properties["when"])

    @property
    def picture(self) -> bytes:
        """A PNG of the columns that made the condition hold."""
        return workspace.current().blobs.read(str(self.artifact.digest))

    def _repr_html_(self) -> str:
        import base64

        picture = base64.b64encode(self.picture).decode()
        said = html.escape(self.message)
        return f"<p>{said}</p><img alt='{said}' src='data:image/png;base64,{picture}' width='640'>"


def alert(
    source: Monitor | str,
    when: str = "drift > 0.1",
    *,
    channel: str = "log",
    name: str | None = None,
) -> Alert | None:
    """Record and deliver an alert if a monitor's values meet a condition; else return None.

    Parameters
    ----------
    source : Monitor or str
        A reference means the newest look of that name.
    when : str
        Comparisons of ``drift``, ``missing`` (both by column: ``drift["temp"]`` or ``drift.temp``;
        without a column any of them), ``prediction_mean``, ``label_mean``, ``p50_ms``, ``p99_ms``
        and ``rows``, joined by ``and``, ``or``, ``not``.
    channel : str
        ``log``, ``webhook:https://…``, or one that a plug-in offers.
    name : str, optional
        Of the alert; the monitor's by default.

    Raises
    ------
    InvalidInput
        If the condition cannot be read.
    NotFound
        If there is no such monitor or channel.
    Unavailable
        If the channel does not take it; the alert is recorded all the same.

    Examples
    --------
    >>> alert("delay", when="drift > 0.1 and rows >= 100")  # doctest: +SKIP
    """
    space = workspace.current()
    condition = Condition(when)
    deliver, target = find_channel(channel)
    seen = Monitor(space.metadata.artifact(MONITOR, source)) if isinstance(source, str) else source
    verdict = condition.judge(seen.values)
    if not verdict.holds:
        return None
    called = check_name(name or seen.name)
    reason = _reason(condition, verdict)
    about = seen.deployment.partition("@")[0]
    message = f"{about}: {reason}; {seen.rows:,} predictions against {seen.baseline}"
    columns = [each.column for each in verdict.reasons if each.column is not None]
    picture = png(drift_chart(seen.artifact.properties["histograms"], columns))
    facts = {
        "message": message,
        "reason": reason,
        "when": when,
        "monitor": seen.ref,
        "deployment": seen.deployment,
        "values": _flat(seen.values),
        "columns": columns,
    }
    with space.metadata.record(KIND, called, reads=[seen.artifact]) as step:
        blob = space.blobs.put_bytes(picture)
        properties = {**facts, "channel": channel, "delivered": False}
        artifact = step.write(
            KIND, called, digest=blob.digest, size=blob.size, properties=properties
        )
        sent = {**facts, "alert": artifact.ref, "time": artifact.created_at.isoformat()}
        deliver(Outgoing(sent, picture), target)
    return Alert(space.metadata.update_artifact(artifact.id, delivered=True))


def _reason(condition: Condition, verdict: Verdict) -> str:
    reasons = [str(each) for each in verdict.reasons[:4]]
    more = len(verdict.reasons) - len(reasons)
    if more > 0:
        reasons.append(f"{more} more")
    return ", ".join(reasons) if reasons else f"{condition.text} holds"


def _flat(values: dict[str, Any]) -> dict[str, float]:
    """Return every value under one name, without those that are not known."""
    flat = {}
    for name, value in values.items():
        parts = (
            {f"{name}[{column!r}]": each for column, each in value.items()}
            if isinstance(value, dict)
            else {name: value}
        )
        flat.update({key: each for key, each in parts.items() if each is not None})
    return {key: float(each) for key, each in flat.items() if math.isfinite(each)}
