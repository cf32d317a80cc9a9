"""Full-text search with tokens of our own, the same on both databases: an FTS5 table per object, or a tsvector in the row."""
