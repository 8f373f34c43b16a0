package shop;

public class Orders {
    private WebhookBus bus;

    public void create(Order order) {
        bus.publish(WebhookEvent.ORDER_CREATED.name(), order);
    }

    public void pay(Order order) {
        bus.publish(WebhookEvent.ORDER_PAID.toString(), order);
    }
}
