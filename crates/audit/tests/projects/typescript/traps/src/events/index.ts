export * from './catalog';
export * from './topics';
export { bus, EventBus } from './bus';
