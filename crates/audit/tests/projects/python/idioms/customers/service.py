from fastapi import APIRouter

from customers.events import RESOURCE, CustomerEvents
from webhooks import EventBus, publish_event
from webhooks import WebhookEvent as WE

router = APIRouter()


class CustomerService:
    def __init__(self, repo, bus: EventBus):
        self.repo = repo
        self._bus = bus

    def create(self, data, tenant_id):
        customer = self.repo.add(data)
        self._announce(customer, tenant_id)
        return customer

    def update(self, customer, data, tenant_id):
        customer.apply(data)
        self._announce(customer, tenant_id, event_type=CustomerEvents.UPDATED)

    def delete(self, customer, tenant_id):
        self.repo.remove(customer)
        self._announce(customer, tenant_id, CustomerEvents.DELETED)

    def merge(self, into, other, tenant_id):
        self.repo.merge(into, other)
        publish_event(WE.CUSTOMER_MERGED, {"into": into.id, "from": other.id}, tenant_id)

    def _announce(self, customer, tenant_id, event_type=CustomerEvents.CREATED):
        self._bus.publish(event_type=event_type, event_data={"customer_id": customer.id}, tenant_id=tenant_id)


@router.post("/users")
async def register(payload: dict, bus: EventBus, tenant_id: str):
    action = "registered"
    bus.publish(event_type=f"{RESOURCE}.{action}", event_data=payload, tenant_id=tenant_id)
    return {"ok": True}


@router.post("/login")
async def login(payload: dict, bus: EventBus, tenant_id: str):
    bus.publish(event_type=RESOURCE + ".login", event_data=payload, tenant_id=tenant_id)
    return {"ok": True}
