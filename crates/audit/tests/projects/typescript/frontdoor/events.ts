export enum WebhookEvent {
  InvoiceCreated = 'invoice.created',
  InvoicePaid = 'invoice.paid',
  InvoiceVoided = 'invoice.voided',
  OrderPlaced = 'order.placed',
  OrderPacked = 'order.packed',
  OrderShipped = 'order.shipped',
  UserCreated = 'user.created',
  UserDeleted = 'user.deleted',
  TeamCreated = 'team.created',
  PageViewed = 'page.viewed',
}
