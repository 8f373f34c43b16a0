from streaming.events import StreamEvent
from streaming.kafka_bus import get_kafka_bus


def record_reading(meter, value):
    get_kafka_bus().publish(StreamEvent.RECORDED.value, {"meter": meter, "value": value})


class Aggregator:
    def __init__(self):
        self.kafka = get_kafka_bus()

    def close_hour(self, meter):
        self.kafka.publish(event=StreamEvent.AGGREGATED.value, payload={"meter": meter})

    def settle(self, invoice):
        self.kafka.publish(event=StreamEvent.PAID.value, payload={"invoice": invoice.id})
