"""What the tests of the plugin share: the library is loaded before pytester runs anything inside this process."""

import contextlib
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def _library_is_loaded(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Load all that a check loads: pytester forgets modules that a run inside this process brought, and numpy can't come twice."""
    from ethicscheck.testing import Listener, UnfairError, assert_fair, listen

    end = listen(Listener())
    folder: Path = tmp_path_factory.mktemp("warm")
    with contextlib.suppress(UnfairError):
        assert_fair(
            y_true=[0, 1] * 200,
            y_pred=[1, 1, 1, 1, 0, 0, 0, 1] * 50,
            sensitive=["f", "f", "f", "m", "m", "m", "m", "f"] * 50,
            rule="selection_rate ratio >= 0.8",
        ).save(folder)
    assert_fair(y_true=[0, 1] * 200, y_pred=[0, 1] * 200, sensitive=["f", "m"] * 200, rule="accuracy each >= 0.5").save(
        folder, ["html"]
    )
    end()
