from enum import StrEnum, auto


class WebhookEvent(StrEnum):
    ORDER_CREATED = auto()
    ORDER_PAID = auto()
    ORDER_LOST = auto()
