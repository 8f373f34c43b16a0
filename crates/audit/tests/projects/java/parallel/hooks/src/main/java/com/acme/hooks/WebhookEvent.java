package com.acme.hooks;

public enum WebhookEvent {
    INVOICE_CREATED("invoice.created"),
    INVOICE_PAID("invoice.paid"),
    INVOICE_VOIDED("invoice.voided"),
    INVOICE_REFUNDED("invoice.refunded"),
    INVOICE_EXPORTED("invoice.exported"),
    ACCOUNT_CLOSED("account.closed"),
    PARTNER_JOINED("partner.joined"),
    PARTNER_LEFT("partner.left"),
    TICKET_CREATED("ticket.created"),
    TICKET_CLOSED("ticket.closed"),
    TICKET_ASSIGNED("ticket.assigned"),
    USAGE_REPORTED("usage.reported"),
    USAGE_RESET("usage.reset"),
    USAGE_PURGED("usage.purged");

    private final String value;

    WebhookEvent(String value) {
        this.value = value;
    }

    public String getValue() {
        return value;
    }
}
