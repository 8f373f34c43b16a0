package com.acme.common;

import java.util.Map;

/** Second hop: everything the journals write goes through here. */
public class DomainPublisher {
    private final EventBus bus;

    public DomainPublisher(EventBus bus) {
        this.bus = bus;
    }

    public void publishChange(WebhookEvent type, String id) {
        deliver(type.getValue(), Map.of("id", id));
    }

    private void deliver(String eventType, Map<String, Object> payload) {
        bus.publish(eventType, payload);
    }
}
