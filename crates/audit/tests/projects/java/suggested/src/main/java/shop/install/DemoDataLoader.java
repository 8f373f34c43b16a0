package shop.install;

public class DemoDataLoader {
    public void createCustomer() {
        Customer customer = new Customer();
        customerRepository.save(customer);
    }
}
