module Invoices
  class CreateService
    def call
      invoice = Invoice.create!(params)
      SendWebhookJob.perform_later(WebhookEvents::INVOICE_CREATED, invoice)
    end
  end
end
