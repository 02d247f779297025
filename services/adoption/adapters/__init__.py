"""Where adoption's facts and its view of the registry are kept: SQLite."""
