from shop.bus import bus


def create(order):
    bus.publish("order.created", order)


def pay(order):
    bus.publish("order.paid", order)
