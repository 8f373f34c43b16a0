exports.INVOICE_PAID = 'invoice.paid';
exports.SUBSCRIPTION = 'subscription';
