"""Events of the help desk, formerly a separate product."""

import json
import os

import redis

class TicketEvent:
    CREATED = "ticket.created"
    ASSIGNED = "ticket.assigned"
    CLOSED = "ticket.closed"


class TicketBus:
    def __init__(self) -> None:
        self._redis = redis.Redis.from_url(os.environ["REDIS_URL"])

    def emit(self, event: str, ticket: dict) -> None:
        self._redis.xadd("tickets", {"event": event, "ticket": json.dumps(ticket)})
