from shop.bus import bus


def create(order):
    bus.publish("order.created", order)
