package shop;

public final class WebhookEvents {
    public static final String INVOICE_CREATED = "invoice.created";
    public static final String INVOICE_PAID = "invoice.paid";
    public static final String ORDER_PLACED = "order.placed";
    public static final String ORDER_PACKED = "order.packed";
    public static final String USER_CREATED = "user.created";
    public static final String PAGE_VIEWED = "page.viewed";
}
