"""Routes of the identity service: bodies, problem table, one action a route."""
