'use strict';

const { getEventBus, publishEvent: announce, WebhookEvent: WE } = require('../webhooks');
const Events = require('./events');

class CustomerService {
  bus = getEventBus();

  create(customer, tenantId) {
    this.#tell(customer, tenantId);
  }

  update(customer, tenantId) {
    this.#tell(customer, tenantId, Events.UPDATED);
  }

  delete(customer, tenantId) {
    this.#tell(customer, tenantId, Events['DELETED']);
  }

  merge(into, from, tenantId) {
    announce(WE.CUSTOMER_MERGED, { into: into.id, from: from.id }, tenantId);
  }

  enter(user, tenantId) {
    const type = user.known ? WE.USER_LOGIN : 'user.registered';
    this.bus.publish(type, { id: user.id }, tenantId);
  }

  #tell(customer, tenantId, type = Events.CREATED) {
    this.bus.publish(type, { id: customer.id }, tenantId);
  }
}

module.exports = { CustomerService };
