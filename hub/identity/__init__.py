"""Identity: which records speak of the same person. Pure: the caller looks things up and stores the outcome."""

from hub.identity.link import LINK_PURPOSES, needs_link_permission, vouch
from hub.identity.matching import ROLE_MAILBOXES, is_matchable
from hub.identity.normal_form import normalise
from hub.identity.resolution import DEGREE_CAP, Action, Reason, Resolution, resolve

__all__ = [
    "DEGREE_CAP",
    "LINK_PURPOSES",
    "ROLE_MAILBOXES",
    "Action",
    "Reason",
    "Resolution",
    "is_matchable",
    "needs_link_permission",
    "normalise",
    "resolve",
    "vouch",
]
