package shop;

public enum WebhookEvent {
    ORDER_PLACED("order.placed"),
    ORDER_LOST("order.lost"),
    ORDER_SHIPPED("order.shipped"),
    ORDER_RETURNED("order.returned"),
    PARCEL_SENT("parcel.sent"),
    PARCEL_LOST("parcel.lost");

    private final String type;

    WebhookEvent(String type) {
        this.type = type;
    }
}
