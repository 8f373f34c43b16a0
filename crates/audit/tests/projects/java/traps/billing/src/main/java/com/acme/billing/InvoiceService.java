package com.acme.billing;

import static com.acme.events.WebhookEvents.*;

import com.acme.events.EventBus;
import java.util.HashMap;
import java.util.Map;

public class InvoiceService {
    private final EventBus bus;

    public InvoiceService(EventBus bus) {
        this.bus = bus;
    }

    public void create(String id) {
        String ignored = INVOICE_RECEIVED;
        bus.publish(INVOICE_CREATED, Map.of("id", id, "length", ignored.length()));
        // emitCredited(id);
    }

    private void emitCredited(String id) {
        bus.publish(INVOICE_CREDITED, Map.of("id", id));
    }

    // Two helpers that only call each other.
    void notifySent(String id, int depth) {
        bus.publish(INVOICE_SENT, Map.of("id", id));
        notifyViewed(id, depth - 1);
    }

    void notifyViewed(String id, int depth) {
        bus.publish(INVOICE_VIEWED, Map.of("id", id));
        if (depth > 0) {
            notifySent(id, depth - 1);
        }
    }

    private void splitAgain(String id, int parts) {
        bus.publish(INVOICE_SPLIT, Map.of("id", id));
        if (parts > 1) {
            splitAgain(id, parts - 1);
        }
    }

    public void raiseDispute(String id) {
        sendDisputed(id);
        relay(id, INVOICE_EXPORTED);
    }

    private void sendDisputed(String id) {
        bus.publish(INVOICE_DISPUTED, Map.of("id", id));
    }

    @Deprecated
    public void emitConsolidated(String id) {
        bus.publish(INVOICE_CONSOLIDATED, Map.of("id", id));
    }

    public void legacySync(String id) {
        bus.publish(INVOICE_SYNCED, Map.of("id", id));
    }

    public void withholdInvoice(String id) {
        bus.publish(INVOICE_HELD, Map.of("id", id));
    }

    public void approve(String id) {
        relay(id, INVOICE_APPROVED);
    }

    private void relay(String id, String INVOICE_FLAGGED) {
        bus.publish(INVOICE_FLAGGED, Map.of("id", id));
    }

    public void approveAll(String id) {
        bus.publish("invoice.approve", Map.of("id", id));
    }

    public void receive(String id) {
        bus.publish("invoice.recieved", Map.of("id", id));
    }

    public void tokenize(String id) {
        bus.publish("invoice.tokenized", Map.of("id", id));
    }

    public void importRow(Map<String, String> request) {
        bus.publish(request.get("event"), new HashMap<>());
    }

    public void move(String id, State state) {
        bus.publish("invoice." + state.name().toLowerCase(), Map.of("id", id));
    }

    /** Overloads: only the second one is ever called. */
    private void notifyUnarchived(String id) {
        bus.publish(INVOICE_UNARCHIVED, Map.of("id", id));
    }

    private void notifyUnarchived(String id, String by, Map<String, Object> extra) {
        extra.put("unarchived", id + by);
    }

    public void unarchive(String id, String by) {
        notifyUnarchived(id, by, new HashMap<>());
    }

    enum State { OPEN, PARKED }
}
