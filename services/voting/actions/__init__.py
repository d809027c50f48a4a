"""One verb a file. Each opens one transaction; the neighbour is asked before it, never inside."""
