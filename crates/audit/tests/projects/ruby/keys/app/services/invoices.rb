class Invoices
  def create(invoice)
    SendWebhookJob.perform_later("invoice.created", invoice)
  end

  private

  def pay(invoice)
    SendWebhookJob.perform_later("invoice.paid", invoice)
  end
end
