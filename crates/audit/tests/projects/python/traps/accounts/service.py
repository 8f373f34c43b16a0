from events import WebhookEvent, get_event_bus, subscribe
from accounts.emitters import emit_named, emit_quietly

SUPPORTED = [WebhookEvent.ACCOUNT_MERGED, WebhookEvent.ACCOUNT_LOCKED]
DESCRIPTIONS = {WebhookEvent.ACCOUNT_MERGED: "Two accounts were merged"}


def create_account(repo, data):
    account = repo.add(data)
    emit_named(WebhookEvent.ACCOUNT_CREATED, account)
    return account


def close_account(repo, account):
    repo.close(account)
    emit_named("account.close", account)


def remap(WebhookEvent, account):
    """The caller gives its own set of names: the parameter hides the import."""
    get_event_bus().publish(event_type=WebhookEvent.ACCOUNT_SUSPENDED, event_data={"id": account.id})


def update_account(account, data):
    def _announce():
        get_event_bus().publish(event_type=WebhookEvent.ACCOUNT_UPDATED, event_data={"id": account.id})

    def _announce_lock():
        get_event_bus().publish(event_type=WebhookEvent.ACCOUNT_LOCKED, event_data={"id": account.id})

    account.apply(data)
    _announce()


@subscribe("account.merged")
def on_account_merged(payload):
    return payload["id"]


@subscribe(WebhookEvent.DISPUTE_LOST)
def on_dispute_lost(payload):
    return payload["id"]


get_event_bus().on("account.merged", on_account_merged)
get_event_bus().on(WebhookEvent.DISPUTE_LOST, on_dispute_lost)
