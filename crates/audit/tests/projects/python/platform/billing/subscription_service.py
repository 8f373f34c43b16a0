from billing import events as billing_events
from webhooks import WebhookEvent, get_event_bus


class SubscriptionService:
    def __init__(self, db):
        self.db = db

    async def subscribe_customer(self, customer, plan, tenant_id):
        subscription = await self.db.add("subscriptions", {"plan": plan}, tenant_id)
        await get_event_bus().publish(
            event_type=WebhookEvent.SUBSCRIPTION_CREATED.value,
            event_data={"subscription_id": subscription.id},
            tenant_id=tenant_id,
            db=self.db,
        )
        return subscription

    async def cancel(self, subscription, tenant_id):
        subscription.status = "cancelled"
        await get_event_bus().publish(
            event_type=WebhookEvent.SUBSCRIPTION_CANCELLED.value,
            event_data={"subscription_id": subscription.id},
            tenant_id=tenant_id,
            db=self.db,
        )

    async def renew(self, subscription, tenant_id):
        subscription.period += 1
        await billing_events.emit_subscription_renewed(subscription, tenant_id, self.db)
