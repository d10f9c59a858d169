"""`/app`: the gate, the process in its terminal, and the socket between."""
