using System.Collections.Generic;

namespace Acme.Events;

public static class WebhookEvents
{
    public const string SubscriptionCreated = "subscription.created";
    public const string SubscriptionPaused = "subscription.paused";
    public const string SubscriptionResumed = "subscription.resumed";
    public const string SubscriptionExpired = "subscription.expired";
    public const string SubscriptionRenewed = "subscription.renewed";
    public const string SubscriptionUpgraded = "subscription.upgraded";
    public const string SubscriptionDowngraded = "subscription.downgraded";
    public const string SubscriptionTrialEnding = "subscription.trial_ending";
    public const string SubscriptionTrialEnded = "subscription.trial_ended";

    public const string InvoiceCreated = "invoice.created";
    public const string InvoiceSent = "invoice.sent";
    public const string InvoiceViewed = "invoice.viewed";
    public const string InvoiceDisputed = "invoice.disputed";
    public const string InvoiceCredited = "invoice.credited";
    public const string InvoiceSplit = "invoice.split";
    public const string InvoiceConsolidated = "invoice.consolidated";
    public const string InvoiceSynced = "invoice.synced";
    public const string InvoiceHeld = "invoice.held";
    public const string InvoiceExported = "invoice.exported";
    public const string InvoiceFlagged = "invoice.flagged";
    public const string InvoiceApproved = "invoice.approved";
    public const string InvoiceReceived = "invoice.received";
    public const string InvoiceIndexed = "invoice.indexed";
    // public const string InvoiceTokenized = "invoice.tokenized";

    public const string AccountClosed = "account.closed";
    public const string AccountLocked = "account.locked";
    public const string AccountChanged = "account.changed";
    public const string AccountRenamed = "account.renamed";

    public const string CardAdded = "card.added";
    public const string CardRemoved = "card.removed";
    public const string CardExpired = "card.expired";
    public const string CardBlocked = "card.blocked";
    public const string CardUpdated = "card.updated";
    public const string CardReplaced = "card.replaced";
    public const string CardActivated = "card.activated";
    public const string CardFrozen = "card.frozen";
    public const string CardIssued = "card.issued";
    public const string CardLost = "card.lost";
    public const string CardStolen = "card.stolen";

    public const string PayoutFailed = "payout.failed";
    public const string PayoutRetried = "payout.retried";
    public const string PayoutCreated = "payout.created";
    public const string PayoutPaid = "payout.paid";
    public const string PayoutReturned = "payout.returned";
    public const string PayoutAmended = "payout.amended";
    public const string PayoutScheduled = "payout.scheduled";
    public const string PayoutStarted = "payout.started";

    public const string ContestWon = "contest.won";

    public const string RefundOpened = "refund.opened";
    public const string RefundPaid = "refund.paid";
    public const string RefundRejected = "refund.rejected";

    public static readonly IReadOnlyList<string> Preview = new[] { PayoutPaid, PayoutReturned };

    public static string Describe(string type) => type switch
    {
        PayoutPaid => "Money reached the bank",
        PayoutReturned => "The bank sent the money back",
        _ => type,
    };
}
