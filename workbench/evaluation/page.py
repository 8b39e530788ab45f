"""An evaluation as a notebook shows it: the sentence, the gates, the picture, and a table."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING

from workbench.evaluation.metrics import METRICS

if TYPE_CHECKING:
    from workbench.evaluation.bootstrap import Comparison, Estimate
    from workbench.evaluation.results import Findings

_MISSING = "–"


def page(found: Findings) -> str:
    """Return findings as HTML."""
    gates = "".join(
        f"<li>{'✓ passed' if gate.passed else '✗ failed'}: {escape(gate.reason)}</li>"
        for gate in found.gates
    )
    parts = [f"<p>{escape(found.sentence())}</p>", f"<ul>{gates}</ul>" if gates else ""]
    if found.slices:
        parts.append(_picture(found))
    return "".join([*parts, _table(found)])


def _picture(found: Findings) -> str:
    from workbench.evaluation.pictures import pixel_width

    content = found.picture
    return (
        f'<img src="data:image/png;base64,{base64.b64encode(content).decode()}" '
        f'style="width: {pixel_width(content) // 2}px; max-width: 100%" '
        f'alt="{escape(found.sentence())}">'
    )


def _table(found: Findings) -> str:
    compared = any(each.difference for each in found.overall.values())
    head = ["slice", "rows", "positives"]
    for name in found.overall:
        title = METRICS[name].title
        head += [title, "baseline", "difference", "verdict"] if compared else [title]
    rows = [("all rows", found.rows, found.positives, found.overall, "")]
    rows += [
        (f"{each.by} = {each.value}", each.rows, each.positives, each.metrics, each.note)
        for each in found.slices
    ]
    body = ""
    for label, count, positives, metrics, note in rows:
        cells = [f"{count:,}", f"{positives:,}"]
        for name in found.overall:
            cells += _metric(name, metrics.get(name), note, compared=compared)
        body += f"<tr><th>{escape(label)}</th>{''.join(f'<td>{each}</td>' for each in cells)}</tr>"
    titles = "".join(f"<th>{escape(each)}</th>" for each in head)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"


def _metric(name: str, found: Comparison | None, note: str, *, compared: bool) -> list[str]:
    """Return the cells of one metric: its value and, where there is one, how the baseline did."""
    if found is None:
        return [_MISSING] * 3 + [escape(note)] if compared else [escape(note) or _MISSING]
    value = _with_interval(found.model)
    if found.baseline is None or found.difference is None:
        return [value, _MISSING, _MISSING, ""] if compared else [value]
    difference = _with_interval(found.difference, signed=True)
    return [value, f"{found.baseline.value:.3f}", difference, _verdict(name, found.difference)]


def _verdict(name: str, difference: Estimate) -> str:
    if difference.low <= 0 <= difference.high:
        return "no difference shown"
    better = (difference.value > 0) == METRICS[name].larger_is_better
    return "▲ better" if better else "▼ worse"


def _with_interval(estimate: Estimate, *, signed: bool = False) -> str:
    value = f"{estimate.value:+.3f}" if signed else f"{estimate.value:.3f}"
    whole = f"{value.replace('-', '−')} ± {estimate.half_width:.3f}"
    return whole.replace(" ", "\N{NO-BREAK SPACE}")
