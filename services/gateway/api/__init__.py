"""The door itself, the few pages that the gateway answers, and its table of problems."""
