package shop;

public class WebhookBus {
    public void publish(WebhookEvent event, Object data) {
        outbox.add(event, data);
    }
}
