export * from './topics.js';
export { bus } from './bus.js';
