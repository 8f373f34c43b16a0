package shop;

public enum WebhookEvent {
    ORDER_CREATED,
    ORDER_PAID,
    ORDER_LOST;
}
