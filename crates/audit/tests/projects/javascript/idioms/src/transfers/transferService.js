'use strict';

const { eventBus } = require('../webhooks/bus');
const { Topics: { Transfer } } = require('./topics');
const { Topics: { Vault: vault, ...Rest } } = require('./topics');

function start(transfer, tenantId) {
  eventBus.publish(Transfer.STARTED, { id: transfer.id }, tenantId);
}

function settle(transfer, tenantId) {
  eventBus.publish(Rest.Transfer.SETTLED, { id: transfer.id }, tenantId);
}

function open(transfer, tenantId) {
  const { Topics: { Vault } } = require('./topics');
  eventBus.publish(Vault.OPENED, { id: transfer.id }, tenantId);
}

function seal(transfer, tenantId) {
  eventBus.publish(vault.SEALED, { id: transfer.id }, tenantId);
}

module.exports = { start, settle, open, seal };
