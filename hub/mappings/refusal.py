"""The refusal: why one value of one record cannot be mapped, without the value itself."""


class RefusalError(Exception):
    """A value that does not fit; the rule that meets it turns it into a BadRecordError.

    Args:
        reason: code for counting, such as ``mapping.time``.
        what: what is wrong, in words, never the value.
        field: the canonical or vendor field, once it is known.
    """

    def __init__(self, reason: str, what: str, field: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.what = what
        self.field = field
