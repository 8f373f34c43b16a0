package com.acme.subscriptions

import com.acme.events.*

class SubscriptionService(private val bus: EventBus) {
    private val snippet = "bus.publish(WebhookEvents.SUBSCRIPTION_EXPIRED); bus.publish(\"subscription.expired\")"

    private val docs = """
        Do it yourself:
            bus.publish("subscription.renewed", mapOf("id" to id))
            bus.publish(WebhookEvents.SUBSCRIPTION_RENEWED)
    """.trimIndent()

    fun help(): String = snippet + docs

    fun create(id: String) {
        // bus.publish(WebhookEvents.SUBSCRIPTION_PAUSED)
        /* bus.publish("subscription.paused")
           /* comments nest in Kotlin */
           bus.publish(WebhookEvents.SUBSCRIPTION_PAUSED)
        */
        val folder = """C:\exports\"""
        bus.publish(WebhookEvents.SUBSCRIPTION_CREATED, mapOf("id" to id, "folder" to folder)) // "subscription.paused"
    }

    /** Nobody calls it. */
    fun emitTrialEnding(id: String) {
        bus.publish(WebhookEvents.SUBSCRIPTION_TRIAL_ENDING, mapOf("id" to id))
    }

    fun emitTrialEnded(id: String) {
        bus.publish(WebhookEvents.SUBSCRIPTION_TRIAL_ENDED, mapOf("id" to id))
    }
}
