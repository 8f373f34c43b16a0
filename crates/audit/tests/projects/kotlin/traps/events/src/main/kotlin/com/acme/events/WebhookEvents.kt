package com.acme.events

object WebhookEvents {
    const val SUBSCRIPTION_CREATED = "subscription.created"
    const val SUBSCRIPTION_PAUSED = "subscription.paused"
    const val SUBSCRIPTION_RESUMED = "subscription.resumed"
    const val SUBSCRIPTION_EXPIRED = "subscription.expired"
    const val SUBSCRIPTION_RENEWED = "subscription.renewed"
    const val SUBSCRIPTION_UPGRADED = "subscription.upgraded"
    const val SUBSCRIPTION_DOWNGRADED = "subscription.downgraded"
    const val SUBSCRIPTION_TRIAL_ENDING = "subscription.trial_ending"
    const val SUBSCRIPTION_TRIAL_ENDED = "subscription.trial_ended"

    const val INVOICE_CREATED = "invoice.created"
    const val INVOICE_SENT = "invoice.sent"
    const val INVOICE_VIEWED = "invoice.viewed"
    const val INVOICE_DISPUTED = "invoice.disputed"
    const val INVOICE_CREDITED = "invoice.credited"
    const val INVOICE_SPLIT = "invoice.split"
    const val INVOICE_CONSOLIDATED = "invoice.consolidated"
    const val INVOICE_SYNCED = "invoice.synced"
    const val INVOICE_HELD = "invoice.held"
    const val INVOICE_EXPORTED = "invoice.exported"
    const val INVOICE_FLAGGED = "invoice.flagged"
    const val INVOICE_APPROVED = "invoice.approved"
    const val INVOICE_RECEIVED = "invoice.received"
    const val INVOICE_INDEXED = "invoice.indexed"
    // const val INVOICE_TOKENIZED = "invoice.tokenized"

    const val ACCOUNT_CLOSED = "account.closed"
    const val ACCOUNT_LOCKED = "account.locked"
    const val ACCOUNT_CHANGED = "account.changed"
    const val ACCOUNT_RENAMED = "account.renamed"

    const val CARD_ADDED = "card.added"
    const val CARD_REMOVED = "card.removed"
    const val CARD_EXPIRED = "card.expired"
    const val CARD_BLOCKED = "card.blocked"
    const val CARD_UPDATED = "card.updated"
    const val CARD_REPLACED = "card.replaced"
    const val CARD_ACTIVATED = "card.activated"
    const val CARD_FROZEN = "card.frozen"
    const val CARD_ISSUED = "card.issued"
    const val CARD_LOST = "card.lost"
    const val CARD_STOLEN = "card.stolen"

    const val PAYOUT_FAILED = "payout.failed"
    const val PAYOUT_RETRIED = "payout.retried"
    const val PAYOUT_CREATED = "payout.created"
    const val PAYOUT_PAID = "payout.paid"
    const val PAYOUT_RETURNED = "payout.returned"
    const val PAYOUT_AMENDED = "payout.amended"
    const val PAYOUT_SCHEDULED = "payout.scheduled"
    const val PAYOUT_STARTED = "payout.started"

    const val CONTEST_WON = "contest.won"

    const val REFUND_OPENED = "refund.opened"
    const val REFUND_PAID = "refund.paid"
    const val REFUND_REJECTED = "refund.rejected"

    fun describe(type: String): String = when (type) {
        PAYOUT_PAID -> "Money reached the bank"
        PAYOUT_RETURNED -> "The bank gave the money back"
        else -> type
    }
}
