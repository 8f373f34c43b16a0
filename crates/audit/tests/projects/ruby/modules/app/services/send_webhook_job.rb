class SendWebhookJob
  WEBHOOK_SERVICES = {
    "customer.crm_error" => CrmErrorService,
    "customer.tax_created" => TaxCreatedService,
    "post.published" => PostService,
    "post.removed" => PostService
  }.freeze
end
