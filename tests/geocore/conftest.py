"""What the tests of the pure package share: the folder of real files, where it is present."""

from pathlib import Path

import pytest

REAL_FILES = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def real_files() -> Path:
    """Return the folder of representative real files, which lies beside the checkout; skip where it is absent."""
    if not REAL_FILES.is_dir():
        pytest.skip("the folder of representative real files is not beside this checkout")
    return REAL_FILES
