from webhooks.event_bus import get_event_bus
from webhooks.models import WebhookEvent


class CustomerService:
    def __init__(self, db):
        self.db = db

    async def create(self, data, tenant_id):
        customer = await self.db.add("customers", data, tenant_id)
        await get_event_bus().publish(
            event_type=WebhookEvent.CUSTOMER_CREATED.value,
            event_data={"customer_id": customer.id},
            tenant_id=tenant_id,
            db=self.db,
        )
        return customer

    async def update(self, customer, data, tenant_id):
        await self.db.save(customer, data)
        await get_event_bus().publish(
            event_type=WebhookEvent.CUSTOMER_UPDATED.value,
            event_data={"customer_id": customer.id, "changed": sorted(data)},
            tenant_id=tenant_id,
            db=self.db,
        )

    async def delete(self, customer):
        await self.db.remove(customer)
        await get_event_bus().publish(
            event_type=WebhookEvent.CUSTOMER_DELETED.value,
            event_data={"customer_id": customer.id},
            db=self.db,
        )
