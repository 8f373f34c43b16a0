from shop.bus import bus


def create(order):
    bus.publish("order.created", order)


def lose(order):
    bus.publish("order.lost", order)
