from shop.bus import bus
from shop.events import InvoicePaid, RefundIssued


def pay(invoice):
    invoice.save()
    bus.publish(InvoicePaid(invoice))


def refund(invoice):
    event = RefundIssued(invoice)
    bus.publish(event)
