import convoy as convoy_sdk
from hook0 import Event, Hook0Client
from outpost_sdk import Outpost
from svix.api import MessageIn, Svix

svix = Svix("token")
convoy = convoy_sdk.Convoy({"api_key": "k"})
outpost = Outpost(api_key="k")
hook0 = Hook0Client("https://app.hook0.com", "app", "token")


def with_svix(invoice):
    svix.message.create("app_1", MessageIn(event_type="invoice.created", payload=invoice))  # site invoice.created


def with_convoy(invoice):
    event = {"endpoint_id": "e", "event_type": "invoice.paid", "data": invoice}
    convoy.event.create({}, event)  # site invoice.paid


def with_outpost(order):
    outpost.publish(request={"topic": "order.placed", "data": order})  # site order.placed


def with_hook0(user):
    hook0.send_event(Event(event_type="user.created", payload="{}", payload_content_type="application/json"))  # site user.created


def elsewhere(store):
    store.message.store({"event_type": "page.viewed"})
