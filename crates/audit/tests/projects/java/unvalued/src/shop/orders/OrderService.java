package shop.orders;

import shop.webhooks.DomainEvents;
import shop.webhooks.Webhook;

public class OrderService {
    private final DomainEvents events;

    public OrderService(DomainEvents events) {
        this.events = events;
    }

    public void create(Order order, long tenantId) {
        events.publish(Webhook.WebhookEvent.ORDER_CREATED, order, tenantId);
    }

    public void ship(Order order, long tenantId) {
        events.publish(shop.webhooks.Webhook.WebhookEvent.ORDER_SHIPPED, order, tenantId);
    }
}
