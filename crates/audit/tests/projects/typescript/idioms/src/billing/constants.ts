export const CURRENCY = 'EUR';
export const INVOICE_PAID = 'invoice.paid';
const prefix = 'subscription';
export { prefix as SUBSCRIPTION };
