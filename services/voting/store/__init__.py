"""Tables of voting and functions over a connection; domain values in, domain values out."""
