"""Promises of voting, over HTTP."""
