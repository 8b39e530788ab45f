"""What a person sees, in a real browser; the tests are the `*.spec.ts` beside this file."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.ui, pytest.mark.timeout(420)]


@pytest.mark.parametrize(
    "spec",
    [
        "records.spec.ts",
        "dataset.spec.ts",
        "widgets.spec.ts",
        "pictures.spec.ts",
        "charts.spec.ts",
        "live.spec.ts",
    ],
)
def test_a_filled_workspace(spec, browse, lab):
    browse(spec, lab)


def test_features(browse, features_lab):
    browse("features.spec.ts", features_lab)


def test_what_the_demo_left(browse, demo_lab):
    browse("demo.spec.ts", demo_lab)


def test_an_empty_workspace(browse, empty_lab):
    browse("empty.spec.ts", empty_lab)
