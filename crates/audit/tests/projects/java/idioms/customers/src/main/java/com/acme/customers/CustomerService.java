package com.acme.customers;

import com.acme.common.EventBus;
import com.acme.common.WebhookEvent;
import java.util.List;
import java.util.Map;

public class CustomerService implements CustomerKeys {
    private final EventBus bus;
    private final CustomerJournal journal;

    public CustomerService(EventBus bus, CustomerJournal journal) {
        this.bus = bus;
        this.journal = journal;
    }

    public void signUp(String id) {
        bus.publish(CREATED, Map.of("id", id));
    }

    public void merge(String id, String other) {
        bus.publish(PREFIX + ".merged", Map.of("id", id, "other", other));
    }

    public void changeTier(String id) {
        bus.publish("customer." + "tier_changed", Map.of("id", id));
    }

    public void verifyEmail(String id) {
        journal.write(id, WebhookEvent.CUSTOMER_EMAIL_VERIFIED);
    }

    public void remove(List<String> ids) {
        ids.forEach(id -> {
            journal.write(id, WebhookEvent.CUSTOMER_DELETED);
        });
    }

    public void rename(String id) {
        touch(id);
    }

    public void importRow(String id) {
        touch(id, WebhookEvent.CUSTOMER_IMPORTED);
    }

    private void touch(String id) {
        touch(id, WebhookEvent.CUSTOMER_UPDATED);
    }

    private void touch(String id, WebhookEvent event) {
        bus.publish(event.getValue(), Map.of("id", id));
    }
}
