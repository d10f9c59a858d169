"""The HTTP API and the page in the browser (extra `[serve]`): the engine's runs over a network."""
