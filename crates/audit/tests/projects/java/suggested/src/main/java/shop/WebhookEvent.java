package shop;

public enum WebhookEvent {
    PRODUCT_CREATED,
    SUBSCRIPTION_CREATED,
    SUBSCRIPTION_RENEWED,
    CUSTOMER_CREATED
}
