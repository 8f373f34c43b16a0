def create(order):
    return order
