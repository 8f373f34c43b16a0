package shop;

public class EventPublisher {
    public void publish(WebhookEvent event, Object payload) {
        queue.add(event, payload);
    }
}
