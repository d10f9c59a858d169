"""How much the tests see: small changes of the code, and whether any test notices."""
