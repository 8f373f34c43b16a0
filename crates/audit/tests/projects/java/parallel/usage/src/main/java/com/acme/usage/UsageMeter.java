package com.acme.usage;

import com.acme.hooks.WebhookBus;
import com.acme.hooks.WebhookEvent;
import java.util.Map;

public class UsageMeter {
    private final WebhookBus bus;

    public UsageMeter(WebhookBus bus) {
        this.bus = bus;
    }

    public void report(String workspaceId, int amount) {
        bus.publish(WebhookEvent.USAGE_REPORTED.getValue(), workspaceId, Map.of("amount", amount));
    }
}
