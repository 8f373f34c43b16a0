class Payments
  def handle(invoice)
    Invoices.call!(:pay, invoice)
  end
end
