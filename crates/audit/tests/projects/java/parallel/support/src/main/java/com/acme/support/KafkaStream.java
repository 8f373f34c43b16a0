package com.acme.support;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The support team's own Kafka topic, webhooks never see it. */
public class KafkaStream {
    private final List<Map<String, Object>> buffer = new ArrayList<>();

    public void emit(String eventType, Map<String, Object> payload) {
        buffer.add(Map.of("type", eventType, "payload", payload));
    }
}
