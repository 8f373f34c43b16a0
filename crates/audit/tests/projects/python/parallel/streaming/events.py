from enum import Enum


class StreamEvent(Enum):
    RECORDED = "usage.recorded"
    AGGREGATED = "usage.aggregated"
    PAID = "invoice.paid"
