"""What bench_delivery.py is made of: one feed of records, one runner for each system that moves them, and the measuring."""
