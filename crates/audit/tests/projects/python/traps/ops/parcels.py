from events import WebhookEvent, get_event_bus


class Carrier:
    def accept(self, parcel):
        self._label(parcel)

    def _label(self, parcel):
        raise NotImplementedError


class Courier(Carrier):
    def _label(self, parcel):
        get_event_bus().publish(event_type=WebhookEvent.PARCEL_LABELLED, event_data={"id": parcel.id})

    def __call__(self, parcel):
        get_event_bus().publish(event_type=WebhookEvent.PARCEL_HELD, event_data={"id": parcel.id})

    @staticmethod
    def emit_lost(parcel):
        get_event_bus().publish(event_type=WebhookEvent.PARCEL_LOST, event_data={"id": parcel.id})


def delay_all(parcels, pool):
    for parcel in parcels:
        pool.submit(_publish_delay, parcel)


def _publish_delay(parcel):
    get_event_bus().publish(event_type=WebhookEvent.PARCEL_DELAYED, event_data={"id": parcel.id})


def emit_rerouted(parcel):
    get_event_bus().publish(event_type=WebhookEvent.PARCEL_REROUTED, event_data={"id": parcel.id})


def reroute(parcel, emit_rerouted=False):
    if emit_rerouted:
        parcel.note = "rerouted"


def insure(parcel):
    get_event_bus().publish(event_data={"type": "parcel.lost"}, event_type=WebhookEvent.PARCEL_INSURED)
