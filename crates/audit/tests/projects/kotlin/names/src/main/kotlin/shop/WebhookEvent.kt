package shop

enum class WebhookEvent(val code: String) {
    ORDER_CREATED("order.created"),
    ORDER_PAID(code = "order.paid"),
    @SerialName("order.lost")
    ORDER_LOST;
}
