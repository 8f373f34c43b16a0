package shop;

@Component
class WebhookListener {
    private final WebhookSender sender;

    WebhookListener(WebhookSender sender) {
        this.sender = sender;
    }

    @EventListener
    public void onPlaced(OrderPlacedEvent event) {
        sender.send(WebhookEvent.ORDER_PLACED, event.id());
    }

    // No code makes this event.
    @EventListener
    public void onLost(OrderLostEvent event) {
        sender.send(WebhookEvent.ORDER_LOST, event.id());
    }

    // An event of a derived class is made.
    @EventListener
    public void onParcel(ParcelEvent event) {
        sender.send(WebhookEvent.ORDER_SHIPPED, event);
    }

    // An annotation that only says how it runs.
    @Async
    void sendReturned(long id) {
        sender.send(WebhookEvent.ORDER_RETURNED, id);
    }

    // One listener for all events of a base: those that code makes.
    @EventListener
    public void onTyped(TypedEvent event) {
        sender.send(event.type(), event);
    }
}
