"""The event bus of the webhooks."""

import os
from typing import Any

import httpx

from shop.webhooks.models import WebhookEvent


class EventBus:
    def __init__(self, url: str, key: str) -> None:
        self._client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"})

    def publish(
        self,
        event_type: WebhookEvent | str,
        data: dict[str, Any],
        tenant_id: str | None = None,
    ) -> None:
        name = event_type.value if isinstance(event_type, WebhookEvent) else event_type
        body = {"type": name, "data": data, "tenant": tenant_id}
        self._client.post("/api/v1/events", json=body).raise_for_status()


_bus: EventBus | None = None


def get_event_bus() -> EventBus:
    global _bus
    if _bus is None:
        _bus = EventBus(os.environ["POSTRIDER_URL"], os.environ["POSTRIDER_KEY"])
    return _bus
