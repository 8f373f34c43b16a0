package shop;

public class Orders {
    private WebhookBus bus;

    public void create(Order order) {
        bus.publish(WebhookEvent.ORDER_CREATED, order);
    }

    public void pay(Order order) {
        bus.publish(WebhookEvent.ORDER_PAID, order);
    }

    public void lose(Order order) {
        bus.publish(WebhookEvent.ORDER_LOST, order);
    }
}
