package shop.subscription;

public class SubscriptionController {
    private final SubscriptionServiceImpl subscriptionService;

    public Subscription createSubscription(SubscribeRequest request) {
        return subscriptionService.subscribe(request.getTenantId(), request);
    }
}
