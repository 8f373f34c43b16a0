package com.acme.common;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

public class EventBus {
    private final Deque<Event> outbox = new ArrayDeque<>();

    public void publish(String eventType, Map<String, Object> payload) {
        outbox.addLast(new Event(eventType, payload));
    }

    public void publish(WebhookEvent event, Map<String, Object> payload) {
        outbox.addLast(new Event(event.getValue(), payload));
    }

    public void publish(Event event) {
        outbox.addLast(event);
    }

    public EventBus inRegion(String region) {
        return this;
    }
}
