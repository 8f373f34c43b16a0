package shop.payment.stripe;

public class StripeGateway {
    public Customer createCustomer(CustomerRequest request) {
        Customer customer = new Customer(request);
        return session.save(customer);
    }
}
