from typing import Literal, Union

CartEvent = Literal["cart.created"]
WebhookEvent = Union[CartEvent, Literal["order.created", "order.paid"]]
