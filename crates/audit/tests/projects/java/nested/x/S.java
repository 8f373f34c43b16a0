package x;
public class S {
    private final Bus bus;
    S(Bus bus) { this.bus = bus; }
    public void a() { bus.publish(Topics.Order.PAID, 1); }
    public void b() { bus.publish(Topics.User.MADE, 1); }
}
class Bus { void publish(String t, Object o) {} }
