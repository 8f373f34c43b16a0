class Events:
    class Invoice:
        CREATED = "invoice.created"
        PAID = "invoice.paid"
    class User:
        CREATED = "user.created"
        DELETED = "user.deleted"
def run(bus, x):
    bus.publish(Events.Invoice.CREATED, x)
    bus.publish(Events.User.CREATED, x)
