"""A look at a deployment: what it was asked and what it answered, against a baseline."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.core.references import check_name
from workbench.data.datasets import Dataset, dataset
from workbench.evaluation.pictures import png
from workbench.metadata import Artifact, ColumnSource
from workbench.monitoring.observe import Observation, observe
from workbench.monitoring.pictures import drift_chart
from workbench.registry import ModelVersion, model
from workbench.serving.deployments import Deployment, deployment, predictions

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd
    import pyarrow as pa

KIND = "monitor"
_FIGURES = ("prediction_mean", "label_mean", "p50_ms", "p99_ms", "rows")


@dataclass(frozen=True)
class Monitor:
    """The values of one look at a deployment.

    Attributes
    ----------
    artifact : Artifact
        Kind "monitor".
    """

    artifact: Artifact

    @property
    def name(self) -> str:
        """What it is called; the deployment's name by default."""
        return self.artifact.name

    @property
    def ref(self) -> str:
        """``name@version``."""
        return self.artifact.ref

    @property
    def deployment(self) -> str:
        """The reference of the deployment that was looked at."""
        return str(self.artifact.properties["deployment"])

    @property
    def baseline(self) -> str:
        """What it was compared with."""
        return str(self.artifact.properties["baseline"])

    @property
    def rows(self) -> int:
        """How many predictions it saw."""
        return int(self.artifact.properties["rows"])

    @property
    def drift(self) -> dict[str, float]:
        """The Jensen-Shannon divergence of each feature, 0 to 1, the largest first."""
        drift: dict[str, float] = self.artifact.properties["drift"]
        return dict(sorted(drift.items(), key=lambda each: -each[1]))

    @property
    def values(self) -> dict[str, Any]:
        """What an alert can ask for: drift and missing by column, and plain figures."""
        known = self.artifact.properties
        plain = {name: math.nan if known[name] is None else known[name] for name in _FIGURES}
        return {"drift": self.drift, "missing": dict(known["missing"]), **plain}

    def chart(self) -> alt.TopLevelMixin:
        """Return an Altair chart of the features that drifted most, baseline against served."""
        return drift_chart(self.artifact.properties["histograms"])

    def to_pandas(self) -> pd.DataFrame:
        """Return one row a feature: its drift, and its missing share as served and before."""
        import pandas as pd

        known = self.artifact.properties
        rows = [
            {
                "feature": name,
                "drift": value,
                "missing": known["missing"][name],
                "missing in baseline": known["baseline_missing"][name],
            }
            for name, value in self.drift.items()
        ]
        columns = ["feature", "drift", "missing", "missing in baseline"]
        return pd.DataFrame(rows, columns=columns)

    def sentence(self) -> str:
        """Return what was seen, in a sentence."""
        return str(self.artifact.properties["sentence"])

    def _repr_html_(self) -> str:
        table = self.to_pandas().to_html(index=False, float_format=lambda x: f"{x:.3g}")
        return f"<p>{html.escape(self.sentence())}</p>{table}"


def monitor(
    deployed: Deployment | str,
    *,
    baseline: Dataset | str | None = None,
    split: str | None = None,
    since: datetime | None = None,
    name: str | None = None,
) -> Monitor:
    """Compare what a deployment was asked, and answered, with a baseline.

    Parameters
    ----------
    deployed : Deployment or str
        What to look at.
    baseline : Dataset or str, optional
        What the features should look like; by default the data that the model was trained on.
    split : str, optional
        Only this part of the baseline.
    since : datetime, optional
        Only predictions made at or after this time.
    name : str, optional
        Of the monitor; the deployment's by default.

    Returns
    -------
    Monitor
        Also recorded, with a picture, as an artifact that reads the deployment and the baseline.
        Drift over a handful of predictions is mostly chance: let alerts ask for rows as well.

    Raises
    ------
    InvalidInput
        If there are no predictions yet, or no baseline is known.

    Examples
    --------
    >>> monitor("delay", baseline="delay_training").drift  # doctest: +SKIP
    {'temp': 0.21, 'carrier': 0.03}
    """
    space = workspace.current()
    found = deployment(deployed) if isinstance(deployed, str) else deployed
    version = model(found.model)
    source = dataset(baseline) if baseline is not None else _trained_on(version)
    called = check_name(name or found.name)
    reads = [found.artifact, source.artifact]
    facts = {"deployment": found.ref, "baseline": source.ref, "split": split}
    with space.metadata.record(KIND, called, reads=reads, properties=facts) as step:
        served = predictions(found.name, since=since)
        if not served.num_rows:
            raise InvalidInput(
                f"{found.name!r} has no predictions{' since then' if since else ' yet'}",
                hint=f'ask it for some: wb.deployment("{found.name}").predict([{{…}}])',
            )
        features = [each["name"] for each in version.signature["inputs"]]
        known = [column.name for column in source.columns]
        wanted = [each for each in known if each in features or each == source.label]
        seen = observe(served, source.to_arrow(split=split, columns=wanted), features, source.label)
        content = {**facts, **_plain(seen, served), "sentence": _sentence(found, source, seen)}
        blob = space.blobs.put_bytes(json.dumps(content).encode())
        content["pictures"] = [_picture(content)]
        artifact = step.write(
            KIND,
            called,
            digest=blob.digest,
            size=blob.size,
            properties=content,
            columns={
                column: [
                    ColumnSource(found.artifact, column, "served"),
                    ColumnSource(source.artifact, column, "compared with"),
                ]
                for column in seen.drift
            },
        )
    return Monitor(artifact)


def _trained_on(version: ModelVersion) -> Dataset:
    run = version.run
    for each in run.inputs if run is not None else ():
        if each.kind == "dataset":
            return Dataset(each)
    raise InvalidInput(
        f"it is not known what {version.ref} was trained on",
        hint="say what to compare with: baseline=…",
    )


def _plain(seen: Observation, served: pa.Table) -> dict[str, Any]:
    """Return an observation as JSON, which has no word for NaN."""
    content = {name: _finite(value) for name, value in asdict(seen).items()}
    times = served["time"]
    return {
        **content,
        "latency_ms": {"p50": content["p50_ms"], "p99": content["p99_ms"]},
        "first": times[0].as_py().isoformat(),
        "last": times[-1].as_py().isoformat(),
    }


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _sentence(found: Deployment, source: Dataset, seen: Observation) -> str:
    said = [f"{found.ref} answered {seen.rows:,} times, with a mean of {seen.prediction_mean:.3g}"]
    if not math.isnan(seen.label_mean):
        said.append(f"where {source.ref} has {seen.label_mean:.3g}")
    if seen.drift:
        worst, value = next(iter(seen.drift.items()))
        said.append(f"{worst!r} drifted most ({value:.2g})")
    if not math.isnan(seen.p99_ms):
        said.append(f"p99 {seen.p99_ms:.3g} ms")
    return ", ".join(said)


def _picture(content: Mapping[str, Any]) -> dict[str, str]:
    blob = workspace.current().blobs.put_bytes(png(drift_chart(content["histograms"])))
    return {"digest": blob.digest, "title": "Drift", "alt": content["sentence"]}
