"""The flow: pull, push, sweep and erase, each a list of steps over batches."""
