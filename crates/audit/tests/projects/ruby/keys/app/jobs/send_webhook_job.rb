class SendWebhookJob < ApplicationJob
  WEBHOOK_SERVICES = {
    "invoice.created" => Webhooks::InvoiceCreated,
    "invoice.paid" => Webhooks::InvoicePaid,
    "customer.deleted" => Webhooks::CustomerDeleted,
    "wallet.drained" => Webhooks::WalletDrained
  }.freeze

  def perform(webhook_type, object)
    WEBHOOK_SERVICES.fetch(webhook_type).call(object)
  end
end
