'use strict';

const hooks = require('../webhooks');
const { SUBSCRIPTION: RESOURCE } = require('./constants');

const TRANSITIONS = {
  start: hooks.WebhookEvent.SUBSCRIPTION_CREATED,
  renew: hooks.WebhookEvent.SUBSCRIPTION_RENEWED,
};

const transition = (id, step, tenantId) => {
  hooks.eventBus.publish(TRANSITIONS[step], { id }, tenantId);
};

const restart = (id, tenantId) => hooks.eventBus.publish(TRANSITIONS.start, { id }, tenantId);

async function cancel(id, tenantId) {
  hooks.publishEvent(RESOURCE + '.cancelled', { id }, tenantId);
}

async function pause(id, tenantId) {
  function announce() {
    hooks.publishEvent(`${RESOURCE}.paused`, { id }, tenantId);
  }
  announce();
}

module.exports = { transition, restart, cancel, pause };
