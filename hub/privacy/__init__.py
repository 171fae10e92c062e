"""The privacy rules: policy, consent gate, redaction, allowed fields, egress scan, retention and erasure plan; all pure."""
