package shop

class Orders(private val bus: WebhookBus) {
    fun create(order: Order) {
        bus.publish(WebhookEvent.ORDER_CREATED.code, order)
    }

    fun pay(order: Order) {
        bus.publish(WebhookEvent.ORDER_PAID.code, order)
    }

    fun lose(order: Order) {
        bus.publish(WebhookEvent.ORDER_LOST, order)
    }
}
