package com.acme.payouts;

import com.acme.events.EventBus;
import com.acme.events.WebhookEvents;
import java.util.List;
import java.util.Map;

/** One name, several variables: each block has its own. */
public class Scopes {
    private final EventBus bus;
    private String last = WebhookEvents.CARD_REMOVED;

    public Scopes(EventBus bus) {
        this.bus = bus;
    }

    public void early(boolean quiet) {
        if (quiet) {
            String type = WebhookEvents.SUBSCRIPTION_PAUSED;
            System.out.println(type);
            return;
        }
        String type = WebhookEvents.SUBSCRIPTION_CREATED;
        bus.publish(type, Map.of());
    }

    public void siblings(Object given) {
        for (String type : List.of(WebhookEvents.SUBSCRIPTION_RESUMED, WebhookEvents.SUBSCRIPTION_EXPIRED)) {
            System.out.println(type);
        }
        if (given instanceof String type) {
            System.out.println(type);
        } else {
            String type = WebhookEvents.INVOICE_CREATED;
            if (given == null) {
                type = WebhookEvents.INVOICE_HELD;
            }
            bus.publish(type, Map.of());
        }
        try {
            String type = WebhookEvents.SUBSCRIPTION_RENEWED;
            System.out.println(type);
        } catch (RuntimeException error) {
            String type = WebhookEvents.ACCOUNT_CLOSED;
            List.of(1).forEach(one -> bus.publish(type, Map.of()));
        }
    }

    public void behind(int kind) {
        switch (kind) {
            case 1:
                String last = WebhookEvents.SUBSCRIPTION_UPGRADED;
                System.out.println(last);
                break;
            default:
                break;
        }
        bus.publish(last, Map.of());
    }
}
