package shop;

@Service
class Orders {
    private final ApplicationEventPublisher publisher;

    Orders(ApplicationEventPublisher publisher) {
        this.publisher = publisher;
    }

    @Transactional
    public void place(long id) {
        publisher.publishEvent(new OrderPlacedEvent(id));
    }

    @Transactional
    public void ship(long id) {
        publisher.publishEvent(new OrderShippedEvent());
    }

    public void send(long id) {
        publisher.publishEvent(new ParcelSentEvent());
    }
}
