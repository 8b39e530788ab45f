"""What a person sees, in a real browser; the tests are the `*.spec.ts` beside this file."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.ui, pytest.mark.timeout(420)]


@pytest.mark.parametrize("spec", ["records.spec.ts"])
def test_in_a_browser(spec, browse, lab):
    browse(spec, lab)
