package com.acme.support;

import com.acme.hooks.WebhookBus;
import com.acme.hooks.WebhookEvent;
import java.util.Map;

public class TicketService {
    private final KafkaStream stream;
    private final WebhookBus bus;

    public TicketService(KafkaStream stream, WebhookBus bus) {
        this.stream = stream;
        this.bus = bus;
    }

    public void open(String id) {
        stream.emit(SupportEvents.CREATED, Map.of("id", id));
    }

    public void assign(String id, boolean urgent) {
        stream.emit(urgent ? SupportEvents.ESCALATED : SupportEvents.ASSIGNED, Map.of("id", id));
    }

    public void close(String tenantId, String id) {
        stream.emit(SupportEvents.CLOSED, Map.of("id", id));
        bus.publish(WebhookEvent.TICKET_CLOSED.getValue(), tenantId, Map.of("id", id));
    }
}
