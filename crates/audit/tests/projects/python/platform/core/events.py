"""In-process domain events. Nothing here leaves the process."""
from collections import defaultdict


class EventBus:
    def __init__(self):
        self._subscribers = defaultdict(list)

    def subscribe(self, name, callback):
        self._subscribers[name].append(callback)

    async def publish(self, name, payload):
        for callback in self._subscribers[name]:
            await callback(payload)


event_bus = EventBus()
