from enum import Enum, auto


class WebhookEvent(str, Enum):
    def _generate_next_value_(name, start, count, last_values):
        return name.lower().replace("_", ".")

    ORDER_CREATED = auto()
    ORDER_PAID = auto()
    ORDER_LOST = auto()
