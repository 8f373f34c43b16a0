//! Runs tasks in their order, some at a time. A task that is aborted while it waits never runs.

export type Limiter = <T>(task: () => Promise<T>, signal: AbortSignal) => Promise<T>;

export function limiter(most: number): Limiter {
  let running = 0;
  const waiting: (() => void)[] = [];
  const next = () => {
    if (running < most) waiting.shift()?.();
  };
  return (task, signal) =>
    new Promise((resolve, reject) => {
      const leave = () => {
        waiting.splice(waiting.indexOf(run), 1);
        reject(signal.reason as Error);
      };
      const run = () => {
        signal.removeEventListener("abort", leave);
        running += 1;
        void task()
          .then(resolve, reject)
          .finally(() => {
            running -= 1;
            next();
          });
      };
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      signal.addEventListener("abort", leave, { once: true });
      waiting.push(run);
      next();
    });
}
