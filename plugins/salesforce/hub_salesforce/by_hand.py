"""By hand: what the owner of an org must do where the API does not let anybody."""

KEPT = "case texts are kept by this connection's setting case_texts; delete or redact them by the CRM's own rules"
PORTAL = "the person has a portal user, which Salesforce never deletes: disable and obfuscate it in Setup"
