package shop;

public class WebhookBus {
    public void publish(String event, Object data) {
        outbox.add(event, data);
    }
}
