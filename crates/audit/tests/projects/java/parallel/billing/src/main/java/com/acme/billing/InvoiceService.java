package com.acme.billing;

import com.acme.hooks.WebhookBus;
import com.acme.hooks.WebhookEvent;
import java.util.Map;

public class InvoiceService {
    private final WebhookBus bus;

    public InvoiceService(WebhookBus bus) {
        this.bus = bus;
    }

    public void create(String tenantId, String id) {
        bus.publish(WebhookEvent.INVOICE_CREATED.getValue(), tenantId, Map.of("id", id));
    }

    public void pay(String owner, String id) {
        bus.publish(WebhookEvent.INVOICE_PAID.getValue(), Map.of("id", id, "tenant_id", owner));
    }

    public void cancel(String id) {
        bus.publish(WebhookEvent.INVOICE_VOIDED.getValue(), Map.of("id", id));
    }

    public void closeAll(String id) {
        bus.publish(WebhookEvent.ACCOUNT_CLOSED.getValue(), Map.of("id", id));
    }
}
