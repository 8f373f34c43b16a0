package shop

class WebhookBus {
    fun publish(event: String, data: Any) {
        outbox.add(event, data)
    }
}
