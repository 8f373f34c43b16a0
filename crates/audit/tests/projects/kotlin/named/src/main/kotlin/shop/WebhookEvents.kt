package shop

object WebhookEvents {
    val OrderCreated = ::OrderCreated.name
    val OrderPaid = WebhookEvents::OrderPaid.name
    val OrderLost = ::OrderLost.name
}
