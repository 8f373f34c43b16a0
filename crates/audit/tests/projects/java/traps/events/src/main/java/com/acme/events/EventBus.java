package com.acme.events;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The bus behind the customers' webhooks.
 *
 * <pre>{@code
 * bus.publish("subscription.resumed", Map.of("id", id));
 * bus.publish(WebhookEvents.SUBSCRIPTION_RESUMED, Map.of());
 * }</pre>
 */
public class EventBus {
    private final List<Map<String, Object>> outbox = new ArrayList<>();
    private final Map<String, Consumer<Map<String, Object>>> handlers = new HashMap<>();

    public void publish(String eventType, Map<String, Object> payload) {
        outbox.add(Map.of("event_type", eventType, "payload", payload));
    }

    public void on(String eventType, Consumer<Map<String, Object>> handler) {
        handlers.put(eventType, handler);
    }

    public void subscribe(String eventType, Consumer<Map<String, Object>> handler) {
        on(eventType, handler);
    }
}
