package com.acme.hooks;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

public class WebhookBus {
    private final Deque<Map<String, Object>> outbox = new ArrayDeque<>();

    public void publish(String eventType, String tenantId, Map<String, Object> payload) {
        outbox.add(Map.of("event_type", eventType, "tenant_id", tenantId, "payload", payload));
    }

    public void publish(String eventType, Map<String, Object> payload) {
        outbox.add(Map.of("event_type", eventType, "payload", payload));
    }
}
