# frozen_string_literal: true

def seed_reviews
  EventBus.instance.publish("review.removed", {})
end
