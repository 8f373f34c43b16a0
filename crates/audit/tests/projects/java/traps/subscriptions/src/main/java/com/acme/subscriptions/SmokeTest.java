package com.acme.subscriptions;

import com.acme.events.EventBus;
import com.acme.events.WebhookEvents;
import java.util.Map;

class SmokeTest {
    private final EventBus bus = new EventBus();

    void testDowngrade() {
        bus.publish(WebhookEvents.SUBSCRIPTION_DOWNGRADED, Map.of("id", "s1"));
    }
}
