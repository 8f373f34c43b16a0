class Webhook < ApplicationRecord
  enum :event, { order_created: 0, order_paid: 1, order_lost: 2 }
end
