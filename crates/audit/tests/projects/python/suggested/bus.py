class EventBus:
    def publish(self, event, payload, tenant_id):
        self.queue.append((event, payload, tenant_id))


BUS = EventBus()
