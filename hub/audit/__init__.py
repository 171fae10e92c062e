"""The audit: a transparency log in the open C2SP formats, so that strangers can verify it with software we did not write."""
