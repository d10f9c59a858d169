"""Many jobs: their queue, and the batches of providers."""
