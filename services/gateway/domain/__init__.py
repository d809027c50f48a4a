"""Pure rules of the door: routes, headers, rates, addresses, and the merged contract."""
