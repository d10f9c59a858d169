"""Jobs answered by a provider's batch API, or by files that another program answers."""
