package com.acme.billing;

import static com.acme.common.WebhookEvent.INVOICE_OVERDUE;

import com.acme.common.Event;
import com.acme.common.EventBus;
import com.acme.common.WebhookEvent;
import java.util.Map;

public class InvoiceNotifier {
    private final EventBus bus;

    public InvoiceNotifier(EventBus bus) {
        this.bus = bus;
    }

    void notifyOverdue(String id) {
        bus.publish(INVOICE_OVERDUE.getValue(), Map.of("id", id));
    }

    void notifyReminder(String id) {
        bus.publish(Event.builder()
                .type(WebhookEvent.INVOICE_REMINDER_SENT.getValue())
                .payload(Map.of("id", id))
                .build());
    }
}
