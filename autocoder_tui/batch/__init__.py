"""Many jobs in a queue: their order, their pace, their cap, and what is kept of them."""
