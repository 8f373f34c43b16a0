package shop.customer;

public class CustomerServiceImpl implements CustomerService {
    public Customer createCustomer(CustomerRequest request) {
        Customer customer = Customer.builder().name(request.getName()).build();
        return customerRepository.save(customer);
    }
}
