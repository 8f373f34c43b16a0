package com.acme.subscriptions;

import com.acme.events.EventBus;
import com.acme.events.WebhookEvents;
import java.util.Map;

public class SubscriptionService {
    private static final String SNIPPET = "bus.publish(WebhookEvents.SUBSCRIPTION_EXPIRED, Map.of()); bus.publish(\"subscription.expired\", null);";

    private static final String DOCS = """
            Send it yourself:
                bus.publish("subscription.renewed", Map.of("id", id));
            or "quoted": bus.publish(WebhookEvents.SUBSCRIPTION_RENEWED, Map.of());
            """;

    private final EventBus bus;

    public SubscriptionService(EventBus bus) {
        this.bus = bus;
    }

    public String help() {
        return SNIPPET + DOCS;
    }

    public void create(String id) {
        // bus.publish(WebhookEvents.SUBSCRIPTION_PAUSED, Map.of("id", id));
        /*
         * bus.publish("subscription.paused", Map.of("id", id));
         */
        bus.publish(WebhookEvents.SUBSCRIPTION_CREATED, Map.of("id", id)); // not "subscription.paused"
    }

    /** Nobody calls it. */
    public void emitTrialEnding(String id) {
        bus.publish(WebhookEvents.SUBSCRIPTION_TRIAL_ENDING, Map.of("id", id));
    }

    public void emitTrialEnded(String id) {
        bus.publish(WebhookEvents.SUBSCRIPTION_TRIAL_ENDED, Map.of("id", id));
    }
}
