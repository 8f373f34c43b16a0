package com.acme.payments;

import static com.acme.payments.PaymentTopics.CAPTURED;

import com.acme.common.EventBus;
import com.acme.common.WebhookEvent;
import java.util.List;
import java.util.Map;

public class PaymentService {
    private static final String REFUNDED = "payment.refunded";

    private final EventBus bus;

    public PaymentService(EventBus bus) {
        this.bus = bus;
    }

    public void capture(String id) {
        bus.publish(CAPTURED, Map.of("id", id));
    }

    public void recapture(String id) {
        bus.publish(PaymentTopics.CAPTURED, Map.of("id", id, "again", true));
    }

    public void refund(String id) {
        bus
                .inRegion("eu")
                .publish(REFUNDED, Map.of("id", id));
    }

    public void reconcile(String id) {
        for (WebhookEvent step : List.of(WebhookEvent.PAYMENT_DISPUTED, WebhookEvent.PAYMENT_SETTLED)) {
            bus.publish(step.getValue(), Map.of("id", id));
        }
    }
}
