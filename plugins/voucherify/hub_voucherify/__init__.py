"""Attune connector for voucherify."""
