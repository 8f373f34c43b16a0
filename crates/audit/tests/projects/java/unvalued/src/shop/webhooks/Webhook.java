package shop.webhooks;

public class Webhook {
    private WebhookEvent event;

    public enum WebhookEvent {
        ORDER_CREATED,
        ORDER_SHIPPED,
        REFUND_CREATED
    }

    public enum DeliveryStatus {
        PENDING,
        DELIVERED
    }
}
