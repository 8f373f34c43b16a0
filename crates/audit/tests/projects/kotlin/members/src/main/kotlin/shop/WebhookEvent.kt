package shop

enum class WebhookEvent {
    ORDER_CREATED,
    ORDER_PAID,
    ORDER_LOST,
}
