"""The working connector: one account that can be read, written, erased from and checked."""

from hub.contract import AuthError, Context
from hub_zendesk.account import Account
from hub_zendesk.config import ZendeskConfig
from hub_zendesk.destination import ZendeskDestination
from hub_zendesk.eraser import ZendeskEraser
from hub_zendesk.source import ZendeskSource


class ZendeskConnection:
    """One open connection; it fits every protocol that the manifest declares, and Checkable.

    Args:
        config: settings of the connection.
        context: what the hub gives.
    """

    def __init__(self, config: ZendeskConfig, context: Context) -> None:
        self.account = Account(config, context)
        source, destination, eraser = (
            ZendeskSource(self.account),
            ZendeskDestination(self.account),
            ZendeskEraser(self.account),
        )
        self.read, self.consent_streams = source.read, source.consent_streams
        self.read_range, self.fetch = source.read_range, source.fetch
        self.partitions, self.read_partition = source.partitions, source.read_partition
        self.write, self.reconcile = destination.write, destination.reconcile
        self.erase, self.verify_erased = eraser.erase, eraser.verify_erased

    def check(self) -> None:
        """This asks Zendesk who we are; raises AuthError where we are nobody, or an end user.

        Without credentials Zendesk does not refuse: it answers 200 for an anonymous user without an id.
        """
        me = self.account.call(lambda: self.account.zenpy.users.me().to_dict())
        if me.get("id") is None:
            raise AuthError("zendesk: the credentials were not recognised.", fix="Check email and api_token.")
        if me.get("role") not in ("admin", "agent"):
            raise AuthError("zendesk: the token belongs to an end user.", fix="Use an administrator's token.")
