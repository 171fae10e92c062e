"""The rooms of the simulator: accounts, exports, jobs and erasures as Zendesk does them."""
