package com.acme.accounts

import com.acme.events.EventBus
import com.acme.events.WebhookEvents
import java.sql.ResultSet
import org.slf4j.LoggerFactory

class AccountService(private val bus: EventBus) {
    private val logger = LoggerFactory.getLogger(AccountService::class.java)

    fun close(id: String) = emitDone(id)

    private fun emitDone(id: String) {
        bus.publish(WebhookEvents.ACCOUNT_CLOSED, mapOf("id" to id))
    }

    fun rename(id: String) {
        val type = WebhookEvents.PAYOUT_CREATED
        logger.info(type, id)
    }

    fun change(id: String) {
        val type = WebhookEvents.ACCOUNT_CHANGED
        logger.info("subscription.resumed")
        bus.publish(type, mapOf("id" to id, "previous" to WebhookEvents.PAYOUT_AMENDED))
    }

    fun replay(row: ResultSet) {
        val type = row.getString("event_type")
        bus.publish(type, mapOf("replayed" to true))
        bus.publish("account.${row.getString("status")}", mapOf("rebuilt" to true))
    }
}

class AccountLocks(private val bus: EventBus) {
    private fun emitDone(id: String) {
        bus.publish(WebhookEvents.ACCOUNT_LOCKED, mapOf("id" to id))
    }

    fun broadcastRename(id: String) {
        bus.publish(WebhookEvents.ACCOUNT_RENAMED, mapOf("id" to id))
    }
}
