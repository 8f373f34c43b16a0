from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Event:
    type: str
    data: dict[str, Any] = field(default_factory=dict)
    tenant_id: str | None = None


class EventBus:
    def __init__(self) -> None:
        self._pending: list[Any] = []

    def publish(self, event_type, event_data=None, tenant_id=None, db=None) -> None:
        self._pending.append((event_type, event_data, tenant_id))

    def dispatch(self, event: Event) -> None:
        self._pending.append(event)

    def drain(self) -> list[Any]:
        pending, self._pending = self._pending, []
        return pending


_bus: EventBus | None = None


def get_event_bus() -> EventBus:
    global _bus
    if _bus is None:
        _bus = EventBus()
    return _bus
