package com.acme.partners;

import com.acme.hooks.WebhookBus;
import java.util.Map;

public class PartnerService {
    private final WebhookBus bus;

    public PartnerService(WebhookBus bus) {
        this.bus = bus;
    }

    public void join(String orgId) {
        bus.publish(PartnerEvents.JOINED, orgId, Map.of());
    }

    public void leave(String id) {
        bus.publish(PartnerEvents.LEFT, Map.of("id", id));
    }
}
