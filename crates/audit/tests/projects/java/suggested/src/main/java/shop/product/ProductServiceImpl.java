package shop.product;

public class ProductServiceImpl implements ProductService {
    private final EventPublisher eventPublisher;

    public Product createProduct(ProductRequest request) {
        Product product = productRepository.save(new Product(request));
        eventPublisher.publish(WebhookEvent.PRODUCT_CREATED, product);
        return product;
    }
}
