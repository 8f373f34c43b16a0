'use strict';

class CustomerEvents {
  static CREATED = 'customer.created';
  static UPDATED = 'customer.updated';
  static DELETED = 'customer.deleted';
}

module.exports = CustomerEvents;
