"""The voting service: its rules as tables and properties, its promises over HTTP."""
