from dataclasses import replace
from pathlib import Path

import pytest
from expression_transfer.core.face.geometry import Geometry
from expression_transfer.core.face.recognise import read_geometry


@pytest.fixture(scope="session")
def ict_head(shared: Path) -> Geometry:
    """ICT-FaceKit Light's own head, five times the built-in one's vertices, with a few of its expressions."""
    head = read_geometry(shared / "models" / "ICT-FaceKit-master.zip")
    return replace(head, expression=head.expression[::8], expressions=head.expressions[::8])
