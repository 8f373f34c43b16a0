package com.acme.common;

/** Every event a customer can subscribe a webhook endpoint to. */
public enum WebhookEvent {
    INVOICE_CREATED("invoice.created", "A draft invoice was created"),
    INVOICE_UPDATED("invoice.updated", "An invoice was changed"),
    INVOICE_FINALIZED("invoice.finalized", "An invoice was finalized"),
    INVOICE_PAID("invoice.paid", "An invoice was paid in full"),
    INVOICE_VOIDED("invoice.voided", "An invoice was voided"),
    INVOICE_OVERDUE("invoice.overdue", "An invoice is past its due date"),
    INVOICE_WRITTEN_OFF("invoice.written_off", "An invoice was given up"),
    INVOICE_REMINDER_SENT("invoice.reminder_sent", "A reminder was mailed"),
    PAYMENT_CAPTURED("payment.captured", "Money was taken"),
    PAYMENT_FAILED("payment.failed", "A charge was declined"),
    PAYMENT_REFUNDED("payment.refunded", "Money was given back"),
    PAYMENT_DISPUTED("payment.disputed", "A chargeback was opened"),
    PAYMENT_SETTLED("payment.settled", "Money reached the bank"),
    CUSTOMER_CREATED("customer.created", "A customer signed up"),
    CUSTOMER_UPDATED("customer.updated", "A customer was changed"),
    CUSTOMER_DELETED("customer.deleted", "A customer was removed"),
    CUSTOMER_MERGED("customer.merged", "Two customers became one"),
    CUSTOMER_TIER_CHANGED("customer.tier_changed", "A customer moved to another tier"),
    CUSTOMER_EMAIL_VERIFIED("customer.email_verified", "An address was confirmed"),
    CUSTOMER_IMPORTED("customer.imported", "A customer came in by file"),
    ORDER_PLACED("order.placed", "An order was placed"),
    ORDER_PACKED("order.packed", "An order was packed"),
    ORDER_SHIPPED("order.shipped", "An order left the house"),
    ORDER_DELIVERED("order.delivered", "An order arrived"),
    ORDER_CANCELLED("order.cancelled", "An order was cancelled"),
    ORDER_RETURNED("order.returned", "An order came back"),
    ORDER_ON_HOLD("order.on_hold", "An order is being checked"),
    EXPORT_COMPLETED("export.completed", "An export can be fetched");

    private final String value;
    private final String description;

    WebhookEvent(String value, String description) {
        this.value = value;
        this.description = description;
    }

    public String getValue() {
        return value;
    }

    public String getDescription() {
        return description;
    }
}
