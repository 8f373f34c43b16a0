class DomainBus:
    """In-process only: nothing that goes through here reaches a customer."""

    def __init__(self):
        self._listeners = {}

    def listen(self, name, listener):
        self._listeners.setdefault(name, []).append(listener)

    def emit(self, name, payload):
        for listener in self._listeners.get(name, []):
            listener(payload)


domain_bus = DomainBus()
