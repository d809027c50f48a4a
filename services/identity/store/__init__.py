"""Tables of the identity database and the functions that read and write them."""
