"""By hand: what the owner of a project must do where the API cannot find the person."""

NO_KEY = "only customer number, vendor id, loyalty card or e-mail can be searched for"
