from events import WebhookEvent, get_event_bus


def emit_named(name, account):
    get_event_bus().publish(event_type=name, event_data={"id": account.id})


def emit_quietly(name, account):
    get_event_bus().publish(event_type=name, event_data={"id": account.id})


def legacy_suspend(account):
    emit_quietly(WebhookEvent.ACCOUNT_SUSPENDED, account)


def emit_closed(account):
    _emit_closed_once(account)


def _emit_closed_once(account):
    get_event_bus().publish(event_type=WebhookEvent.ACCOUNT_CLOSED, event_data={"id": account.id})


def notify_owner(account):
    get_event_bus().publish(event_type=WebhookEvent.DISPUTE_OPENED, event_data={"id": account.id})
