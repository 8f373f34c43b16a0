package shop

class Orders(private val bus: WebhookBus) {
    fun create(order: Order) {
        bus.publish(WebhookEvent.ORDER_CREATED.name, order)
    }

    fun pay(order: Order) {
        bus.publish(WebhookEvent.ORDER_PAID.toString(), order)
    }
}
