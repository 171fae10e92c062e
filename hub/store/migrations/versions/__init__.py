"""The store's revisions, oldest first by number."""
