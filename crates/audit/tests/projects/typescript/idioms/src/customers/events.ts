const CustomerEvents = {
  created: 'customer.created',
  updated: 'customer.updated',
  deleted: 'customer.deleted',
} as const satisfies Record<string, string>;

export default CustomerEvents;

export type UserEventName = 'user.registered' | 'user.login';
