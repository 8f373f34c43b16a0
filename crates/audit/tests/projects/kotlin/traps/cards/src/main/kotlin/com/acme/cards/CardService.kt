package com.acme.cards

import com.acme.events.EventBus
import com.acme.events.WebhookEvents
import com.acme.events.WebhookEvents.CARD_ADDED
import com.acme.events.WebhookEvents.CARD_EXPIRED
import com.acme.shared.*

class CardService(private val bus: EventBus) {
    private val losses = mapOf("lost" to WebhookEvents.CARD_LOST, "stolen" to WebhookEvents.CARD_STOLEN)

    fun add(id: String) {
        val CARD_ADDED = WebhookEvents.CARD_REMOVED
        bus.publish(CARD_ADDED, mapOf("id" to id))
    }

    fun expire(id: String) {
        bus.publish(CARD_EXPIRED, mapOf("id" to id))
    }

    fun update(id: String) {
        bus.publish(Topics.UPDATED, mapOf("id" to id))
    }

    fun lose(id: String) {
        bus.publish(losses["lost"]!!, mapOf("id" to id))
    }

    fun activate(id: String) {
        /* /* nested */ */ bus.publish(WebhookEvents.CARD_ACTIVATED, mapOf("id" to id))
    }

    fun freeze(id: String) {
        val quotes = listOf('"', '\'')
        bus.publish(WebhookEvents.CARD_FROZEN, mapOf("id" to id, "quotes" to quotes)) // "
    }

    fun issue(id: String) {
        val url = "https://cards.example/${if (id == "") "/*" else id}"
        bus.publish(WebhookEvents.CARD_ISSUED, mapOf("id" to id, "url" to url)) /* no comment before */
    }

    companion object {
        private const val CARD_EXPIRED = "card.blocked"
    }
}
