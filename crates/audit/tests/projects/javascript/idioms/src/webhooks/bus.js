'use strict';

class EventBus {
  #pending = [];

  publish(eventType, data, tenantId) {
    this.#pending.push([eventType, data, tenantId]);
  }

  async dispatch(event) {
    this.#pending.push(event);
  }
}

const eventBus = new EventBus();

function getEventBus() {
  return eventBus;
}

module.exports = { EventBus, eventBus, getEventBus };
