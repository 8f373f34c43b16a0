package com.acme.customers;

import com.acme.common.DomainPublisher;
import com.acme.common.WebhookEvent;

/** First hop: writes a line and hands the event on. */
public class CustomerJournal {
    private final DomainPublisher publisher;

    public CustomerJournal(DomainPublisher publisher) {
        this.publisher = publisher;
    }

    public void write(String customerId, WebhookEvent what) {
        publisher.publishChange(what, customerId);
    }
}
