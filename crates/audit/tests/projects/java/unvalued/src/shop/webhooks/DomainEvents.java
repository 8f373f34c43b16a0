package shop.webhooks;

public class DomainEvents {
    public void publish(Webhook.WebhookEvent event, Object data, long tenantId) {
        queue.add(new Delivery(event, data, tenantId));
    }
}
