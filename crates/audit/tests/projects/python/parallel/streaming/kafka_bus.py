class KafkaBus:
    def __init__(self, producer):
        self._producer = producer

    def publish(self, event, payload):
        self._producer.produce("usage", key=event, value=payload)


def get_kafka_bus():
    return KafkaBus(producer=None)
