from events import WebhookEvent
from bus import bus


class Service:
    async def delete(self, key):
        key = check(key)
        row = await self.get(key)
        await bus().publish(WebhookEvent.CUSTOMER_DELETED, {"number": row.number})

    def create(self, payload, event):
        payload = {**payload, "tenant": tenant_of(payload)}
        payload = {**payload, **self.defaults(payload)}
        event = event or next_event(event)
        bus().publish(WebhookEvent.CUSTOMER_CREATED, payload)
        bus().publish(payload["kind"], payload)

    def defaults(self, payload):
        return {**payload, "defaults": self.defaults(payload)}

    def merge(self, first, second):
        first = first.merged(second)
        second = second.merged(first)
        name = first if second else name
        self.tell(WebhookEvent.CUSTOMER_MERGED, first, name)

    def tell(self, event, *rest):
        if rest:
            return self.tell(event, *rest[1:])
        return bus().publish(event, rest)
