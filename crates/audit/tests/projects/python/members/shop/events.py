from enum import Enum, auto


class WebhookEvent(Enum):
    ORDER_CREATED = auto()
    ORDER_PAID = 7
    ORDER_LOST = auto()
