"""One server: its address, what is sent to it, and what it sends back."""
