class SubscriptionRepository:
    def __init__(self, db):
        self.db = db

    def cancel_subscription(self, subscription_id):
        self.db.execute("UPDATE subscriptions SET status = 'cancelled' WHERE id = %s", [subscription_id])
