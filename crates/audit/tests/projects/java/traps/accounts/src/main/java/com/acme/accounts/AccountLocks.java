package com.acme.accounts;

import com.acme.events.EventBus;
import com.acme.events.WebhookEvents;
import java.util.Map;

public class AccountLocks {
    private final EventBus bus;

    public AccountLocks(EventBus bus) {
        this.bus = bus;
    }

    private void emitDone(String id) {
        bus.publish(WebhookEvents.ACCOUNT_LOCKED, Map.of("id", id));
    }

    public void broadcastRename(String id) {
        bus.publish(WebhookEvents.ACCOUNT_RENAMED, Map.of("id", id));
    }
}
