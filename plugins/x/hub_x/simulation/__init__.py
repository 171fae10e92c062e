"""The world inside the simulator: users, posts, search and compliance jobs."""
