package com.acme.orders;

import static com.acme.common.WebhookEvent.*;

import com.acme.common.EventBus;
import com.acme.common.WebhookEvent;
import java.util.Map;

public class OrderWorkflow {
    private static final Map<String, WebhookEvent> STEPS = Map.of(
            "pack", ORDER_PACKED,
            "ship", ORDER_SHIPPED);

    private final EventBus bus;

    public OrderWorkflow(EventBus bus) {
        this.bus = bus;
    }

    public void place(String id) {
        bus.publish(ORDER_PLACED.getValue(), Map.of("id", id));
    }

    public void pack(String id) {
        bus.publish(STEPS.get("pack").getValue(), Map.of("id", id));
    }

    public void advance(String id, String step) {
        bus.publish(STEPS.get(step), Map.of("id", id));
    }

    public void force(String id, String step) {
        bus.publish(STEPS.getOrDefault(step, ORDER_ON_HOLD), Map.of("id", id));
    }

    public void finish(String id, String how) {
        bus.publish(switch (how) {
            case "door", "box" -> ORDER_DELIVERED;
            default -> ORDER_RETURNED;
        }, Map.of("id", id));
    }

    public void cancel(String id, int reason) {
        String type = switch (reason) {
            case 1 -> "order.cancelled";
            case 2 -> {
                yield WebhookEvent.ORDER_ON_HOLD.getValue();
            }
            default -> ORDER_RETURNED.getValue();
        };
        bus.publish(type, Map.of("id", id));
    }
}
