package com.acme.billing;

import com.acme.common.Event;
import com.acme.common.EventBus;
import com.acme.common.WebhookEvent;
import java.util.List;
import java.util.Map;

public class InvoiceService {
    private final EventBus bus;
    private final InvoiceNotifier notifier;

    public InvoiceService(EventBus bus, InvoiceNotifier notifier) {
        this.bus = bus;
        this.notifier = notifier;
    }

    public void create(String id) {
        bus.publish(WebhookEvent.INVOICE_CREATED.getValue(), Map.of("id", id));
    }

    public void update(String id) {
        final String type = WebhookEvent.INVOICE_UPDATED.getValue();
        bus.publish(type, Map.of("id", id));
    }

    public void settle(String id, boolean ok) {
        WebhookEvent outcome;
        if (ok) {
            outcome = WebhookEvent.INVOICE_PAID;
        } else {
            outcome = WebhookEvent.PAYMENT_FAILED;
        }
        bus.publish(outcome, Map.of("id", id));
    }

    public void close(String id, boolean hopeless) {
        bus.publish(
                hopeless
                        ? WebhookEvent.INVOICE_WRITTEN_OFF.getValue()
                        : WebhookEvent.INVOICE_VOIDED.getValue(),
                Map.of("id", id, "hopeless", hopeless));
    }

    public void finalizeInvoice(String id) {
        bus.publish(new Event("invoice.finalized", Map.of("id", id)));
    }

    public void chase(List<String> ids) {
        for (String id : ids) {
            notifier.notifyOverdue(id);
        }
        ids.forEach(notifier::notifyReminder);
    }
}
