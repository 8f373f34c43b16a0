import { expect, test } from "vitest";
import { limiter } from "./limiter";

function task() {
  let end = () => {};
  const promise = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { promise, end: () => end() };
}

test("no_more_tasks_run_at_once_than_allowed", async () => {
  const run = limiter(2);
  const { signal } = new AbortController();
  const tasks = [task(), task(), task()];
  const begun: number[] = [];
  const all = tasks.map(({ promise }, index) => run(() => (begun.push(index), promise), signal));
  expect(begun).toEqual([0, 1]);
  tasks[1]?.end();
  await all[1];
  await Promise.resolve();
  expect(begun).toEqual([0, 1, 2]);
  for (const { end } of tasks) end();
  await Promise.all(all);
});

test("a_task_that_is_aborted_while_it_waits_never_runs", async () => {
  const run = limiter(1);
  const first = task();
  const begun: string[] = [];
  const waits = run(() => first.promise, new AbortController().signal);
  const gone = new AbortController();
  const left = run(async () => void begun.push("left"), gone.signal);
  const last = run(async () => void begun.push("last"), new AbortController().signal);
  gone.abort(new Error("out of sight"));
  await expect(left).rejects.toThrow("out of sight");
  first.end();
  await Promise.all([waits, last]);
  expect(begun).toEqual(["last"]);
});

test("a_failed_task_makes_room_for_the_next_one", async () => {
  const run = limiter(1);
  const { signal } = new AbortController();
  await expect(run(() => Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
  await expect(run(async () => "yes", signal)).resolves.toBe("yes");
});
