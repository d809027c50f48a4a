"""Routes, bodies, and the table from refusals to problem documents."""
