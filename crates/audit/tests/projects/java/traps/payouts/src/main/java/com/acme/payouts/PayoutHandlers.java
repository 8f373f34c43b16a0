package com.acme.payouts;

import com.acme.events.EventBus;
import com.acme.events.WebhookEvents;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;

public class PayoutHandlers implements Runnable {
    private final EventBus bus;
    private final MeterRegistry metrics;

    public PayoutHandlers(EventBus bus, MeterRegistry metrics) {
        this.bus = bus;
        this.metrics = metrics;
    }

    public void register() {
        bus.on(WebhookEvents.PAYOUT_CREATED, payload -> metrics.counter("payout.created").increment());
        bus.subscribe("payout.failed", payload -> metrics.counter(WebhookEvents.PAYOUT_FAILED).increment());
    }

    @EventListener(WebhookEvents.PAYOUT_FAILED)
    void onFailed(Map<String, Object> payload) {
        bus.publish(WebhookEvents.PAYOUT_RETRIED, payload);
    }

    @Scheduled(cron = "0 0 6 * * *")
    private void sendSchedule() {
        bus.publish(WebhookEvents.PAYOUT_SCHEDULED, Map.of());
    }

    @Override
    public void run() {
        bus.publish(WebhookEvents.PAYOUT_STARTED, Map.of());
    }

    public boolean isFinal(String type) {
        return type.equals(WebhookEvents.PAYOUT_PAID) || "payout.returned".equals(type);
    }

    public void report() {
        bus.publish("ledger.balanced", Map.of());
    }
}
