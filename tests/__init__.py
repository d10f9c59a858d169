"""Tests: real servers, files and terminals."""

from hypothesis import HealthCheck, settings

# How long one example takes says nothing on a machine that is busy with other things.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")
