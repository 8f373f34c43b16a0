package com.acme.subscriptions;

import com.acme.events.EventBus;
import com.acme.events.WebhookEvents;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SubscriptionServiceTest {
    private final EventBus bus = new EventBus();
    private final SubscriptionService service = new SubscriptionService(bus);

    @Test
    void trialEnds() {
        service.emitTrialEnded("s1");
    }

    @Test
    void upgrades() {
        bus.publish(WebhookEvents.SUBSCRIPTION_UPGRADED, Map.of("id", "s1"));
        bus.publish("subscription.gifted", Map.of("id", "s1"));
    }
}
