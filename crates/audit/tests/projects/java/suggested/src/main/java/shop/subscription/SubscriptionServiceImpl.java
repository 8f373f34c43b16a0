package shop.subscription;

public class SubscriptionServiceImpl implements SubscriptionService {
    public Subscription subscribe(Long tenantId, SubscribeRequest request) {
        Subscription subscription = Subscription.builder()
                .plan(request.getPlan())
                .build();
        return subscriptionRepository.save(subscription);
    }

    public void createPlan(PlanRequest request) {
        SubscriptionPlan plan = new SubscriptionPlan(request);
        subscriptionPlanRepository.save(plan);
    }

    public void stopRenewal(Subscription subscription) {
        subscription.setAutoRenew(false);
        subscriptionRepository.save(subscription);
    }
}
