package shop

class Orders(private val bus: WebhookBus) {
    fun create(order: Order) {
        bus.publish(WebhookEvents.OrderCreated, order)
    }
}
