package com.acme.subscriptions

import com.acme.events.EventBus
import com.acme.events.WebhookEvents
import kotlin.test.Test

class SubscriptionServiceTest {
    private val bus = EventBus()

    @Test
    fun `a trial ends`() {
        SubscriptionService(bus).emitTrialEnded("s1")
    }

    @Test
    fun upgrades() {
        bus.publish(WebhookEvents.SUBSCRIPTION_UPGRADED, mapOf("id" to "s1"))
        bus.publish("subscription.gifted", mapOf("id" to "s1"))
    }
}
