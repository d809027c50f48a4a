"""The estate that `make demo` lives through, and the client that plays its people."""
