package shop;

public enum WebhookEvent {
    ORDER_CREATED("order.created"),
    ORDER_PAID(2, "order.paid"),
    @JsonProperty("order.lost")
    ORDER_LOST;

    private final String code;

    WebhookEvent(String code) {
        this.code = code;
    }
}
