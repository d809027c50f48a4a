"""Order of steps inside an action, where HTTP cannot show it."""
