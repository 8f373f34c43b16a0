from subscriptions.repository import SubscriptionRepository


class SubscriptionService:
    def __init__(self, repository: SubscriptionRepository):
        self.repository = repository

    def cancel_subscription(self, subscription):
        self.repository.cancel_subscription(subscription.id)
