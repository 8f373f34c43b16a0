package x;
public final class Topics {
    public static final class Order { public static final String PAID = "order.paid"; public static final String SENT = "order.sent"; }
    public static final class User { public static final String MADE = "user.made"; public static final String GONE = "user.gone"; }
}
