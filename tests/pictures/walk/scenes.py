"""All scenes: each of these files puts its own into `camera.SCENES`."""

from tests.pictures.walk import asking, deciding, failing, limits, looking

__all__ = ["asking", "deciding", "failing", "limits", "looking"]
