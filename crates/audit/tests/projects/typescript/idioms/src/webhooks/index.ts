export * from './events';
export { EventBus, eventBus, getEventBus } from './bus';
export { default as publishEvent, publishResource } from './publisher';
