"""One request in, a stream of events out: a plain asyncio library."""
