"""The ledger over HTTP: routes, bodies, and the problem that each refusal becomes."""
