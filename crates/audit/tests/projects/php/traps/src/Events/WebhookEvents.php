<?php

declare(strict_types=1);

namespace Acme\Events;

final class WebhookEvents
{
    public const SUBSCRIPTION_CREATED = 'subscription.created';
    public const SUBSCRIPTION_PAUSED = 'subscription.paused';
    public const SUBSCRIPTION_RESUMED = 'subscription.resumed';
    public const SUBSCRIPTION_EXPIRED = 'subscription.expired';
    public const SUBSCRIPTION_RENEWED = 'subscription.renewed';
    public const SUBSCRIPTION_UPGRADED = 'subscription.upgraded';
    public const SUBSCRIPTION_DOWNGRADED = 'subscription.downgraded';
    public const SUBSCRIPTION_TRIAL_ENDING = 'subscription.trial_ending';
    public const SUBSCRIPTION_TRIAL_ENDED = 'subscription.trial_ended';

    public const INVOICE_CREATED = 'invoice.created';
    public const INVOICE_SENT = 'invoice.sent';
    public const INVOICE_VIEWED = 'invoice.viewed';
    public const INVOICE_DISPUTED = 'invoice.disputed';
    public const INVOICE_CREDITED = 'invoice.credited';
    public const INVOICE_SPLIT = 'invoice.split';
    public const INVOICE_CONSOLIDATED = 'invoice.consolidated';
    public const INVOICE_SYNCED = 'invoice.synced';
    public const INVOICE_HELD = 'invoice.held';
    public const INVOICE_EXPORTED = 'invoice.exported';
    public const INVOICE_APPROVED = 'invoice.approved';
    public const INVOICE_RECEIVED = 'invoice.received';
    public const INVOICE_INDEXED = 'invoice.indexed';
    # public const INVOICE_TOKENIZED = 'invoice.tokenized';

    public const ACCOUNT_CLOSED = 'account.closed';
    public const ACCOUNT_LOCKED = 'account.locked';
    public const ACCOUNT_CHANGED = 'account.changed';
    public const ACCOUNT_RENAMED = 'account.renamed';

    public const CARD_EXPIRED = 'card.expired';
    public const CARD_BLOCKED = 'card.blocked';
    public const CARD_UPDATED = 'card.updated';
    public const CARD_REPLACED = 'card.replaced';
    public const CARD_ACTIVATED = 'card.activated';
    public const CARD_FROZEN = 'card.frozen';
    public const CARD_ISSUED = 'card.issued';
    public const CARD_LOST = 'card.lost';
    public const CARD_STOLEN = 'card.stolen';

    public const PAYOUT_FAILED = 'payout.failed';
    public const PAYOUT_RETRIED = 'payout.retried';
    public const PAYOUT_CREATED = 'payout.created';
    public const PAYOUT_PAID = 'payout.paid';
    public const PAYOUT_RETURNED = 'payout.returned';
    public const PAYOUT_AMENDED = 'payout.amended';
    public const PAYOUT_SCHEDULED = 'payout.scheduled';
    public const PAYOUT_STARTED = 'payout.started';

    public const CONTEST_WON = 'contest.won';

    public static function describe(string $type): string
    {
        return match ($type) {
            self::PAYOUT_PAID => 'Money reached the bank',
            self::PAYOUT_RETURNED => 'The bank sent the money back',
            default => $type,
        };
    }
}
