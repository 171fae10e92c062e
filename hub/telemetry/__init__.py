"""What the hub lets be seen of itself: spans and metrics, of a closed set of words. It never tells of anybody."""
