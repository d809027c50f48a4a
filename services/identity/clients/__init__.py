"""The outside sources that identity asks over HTTP, one small adapter each."""
