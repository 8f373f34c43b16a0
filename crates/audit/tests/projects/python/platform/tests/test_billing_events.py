from billing.events import emit_subscription_updated
from webhooks import WebhookEvent, get_event_bus


async def test_updated(subscription, db):
    await emit_subscription_updated(subscription, "t1", db)
    await get_event_bus().publish(event_type=WebhookEvent.EMAIL_DELIVERED.value, event_data={}, tenant_id="t1", db=db)
