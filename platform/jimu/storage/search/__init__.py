"""Full-text search with tokens of our own: an FTS5 table per object, or a tsvector in the row."""
