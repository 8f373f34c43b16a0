module WebhookEvents
  INVOICE_CREATED = "invoice.created"
  COUPON_CREATED = "coupon.created"
  COUPON_TERMINATED = "coupon.terminated"
end
