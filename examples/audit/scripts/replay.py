"""Sends events of one order again, by hand: python -m scripts.replay TENANT ORDER EVENT..."""

import sys

from shop.webhooks.events import get_event_bus

tenant, order, *names = sys.argv[1:]
for name in names:
    get_event_bus().publish(name, {"order_id": order, "replayed": True}, tenant_id=tenant)
get_event_bus().publish("order.delivered", {"order_id": order}, tenant_id=tenant)
