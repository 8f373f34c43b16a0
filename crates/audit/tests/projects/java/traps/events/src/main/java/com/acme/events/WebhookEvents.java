package com.acme.events;

import java.util.List;
import java.util.Map;

public final class WebhookEvents {
    public static final String SUBSCRIPTION_CREATED = "subscription.created";
    public static final String SUBSCRIPTION_PAUSED = "subscription.paused";
    public static final String SUBSCRIPTION_RESUMED = "subscription.resumed";
    public static final String SUBSCRIPTION_EXPIRED = "subscription.expired";
    public static final String SUBSCRIPTION_RENEWED = "subscription.renewed";
    public static final String SUBSCRIPTION_UPGRADED = "subscription.upgraded";
    public static final String SUBSCRIPTION_DOWNGRADED = "subscription.downgraded";
    public static final String SUBSCRIPTION_TRIAL_ENDING = "subscription.trial_ending";
    public static final String SUBSCRIPTION_TRIAL_ENDED = "subscription.trial_ended";

    public static final String INVOICE_CREATED = "invoice.created";
    public static final String INVOICE_SENT = "invoice.sent";
    public static final String INVOICE_VIEWED = "invoice.viewed";
    public static final String INVOICE_DISPUTED = "invoice.disputed";
    public static final String INVOICE_CREDITED = "invoice.credited";
    public static final String INVOICE_SPLIT = "invoice.split";
    public static final String INVOICE_CONSOLIDATED = "invoice.consolidated";
    public static final String INVOICE_SYNCED = "invoice.synced";
    public static final String INVOICE_HELD = "invoice.held";
    public static final String INVOICE_EXPORTED = "invoice.exported";
    public static final String INVOICE_FLAGGED = "invoice.flagged";
    public static final String INVOICE_APPROVED = "invoice.approved";
    public static final String INVOICE_RECEIVED = "invoice.received";
    public static final String INVOICE_UNARCHIVED = "invoice.unarchived";
    // public static final String INVOICE_TOKENIZED = "invoice.tokenized";

    public static final String ACCOUNT_CLOSED = "account.closed";
    public static final String ACCOUNT_LOCKED = "account.locked";
    public static final String ACCOUNT_CHANGED = "account.changed";
    public static final String ACCOUNT_RENAMED = "account.renamed";

    public static final String CARD_ADDED = "card.added";
    public static final String CARD_REMOVED = "card.removed";
    public static final String CARD_EXPIRED = "card.expired";
    public static final String CARD_BLOCKED = "card.blocked";
    public static final String CARD_UPDATED = "card.updated";
    public static final String CARD_REPLACED = "card.replaced";
    public static final String CARD_ACTIVATED = "card.activated";
    public static final String CARD_FROZEN = "card.frozen";
    public static final String CARD_ISSUED = "card.issued";
    public static final String CARD_LOST = "card.lost";
    public static final String CARD_STOLEN = "card.stolen";

    public static final String PAYOUT_FAILED = "payout.failed";
    public static final String PAYOUT_RETRIED = "payout.retried";
    public static final String PAYOUT_CREATED = "payout.created";
    public static final String PAYOUT_PAID = "payout.paid";
    public static final String PAYOUT_RETURNED = "payout.returned";
    public static final String PAYOUT_AMENDED = "payout.amended";
    public static final String PAYOUT_SCHEDULED = "payout.scheduled";
    public static final String PAYOUT_STARTED = "payout.started";

    public static final String CONTEST_WON = "contest.won";

    private WebhookEvents() {
    }

    public static String describe(String type) {
        return switch (type) {
            case PAYOUT_PAID -> "Money reached the bank";
            case PAYOUT_RETURNED -> "The bank sent the money back";
            default -> type;
        };
    }

    public static final List<String> PREVIEW = List.of(PAYOUT_PAID, PAYOUT_RETURNED);

    public static final Map<String, String> HELP = Map.of(
            PAYOUT_PAID, "docs/payouts#paid",
            PAYOUT_RETURNED, "docs/payouts#returned");
}
