from webhooks.event_bus import get_event_bus
from webhooks.models import WebhookEvent as WE


def mail_quote(quote, workspace):
    get_event_bus().publish(WE.QUOTE_SENT, {"id": quote.id}, workspace)


def accept_quote(quote):
    get_event_bus().publish(WE.QUOTE_ACCEPTED, {"id": quote.id}, metadata={"org_id": quote.org_id})


def decline_quote(quote):
    get_event_bus().publish(
        WE.QUOTE_DECLINED,
        {"id": quote.id, "reason": quote.reason},
        metadata={"source": "portal"},
    )


def expire_quote(db, quote):
    db.execute("UPDATE webhook_queue SET event_type = :event_type WHERE quote_id = :id", {"event_type": "quote.expired", "id": quote.id})


def refund(db, charge, tenant_id):
    db.execute(
        "INSERT INTO webhook_outbox (event_type, body, tenant_id) VALUES (:event, :body, :tenant)",
        {"event": WE.REFUND_CREATED.value, "body": charge.body, "tenant": tenant_id},
    )
    db.execute("INSERT INTO webhook_endpoints (url, description) VALUES ('https://x.test', 'refund.failed')")
