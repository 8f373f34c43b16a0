// Prepares the environment before a script runs, and returns functions that later changes of the environment by the
// script cannot reach.
(timestamp, seed, log) => {
  "use strict";
  const { getPrototypeOf, defineProperty, defineProperties, freeze, values } = Object;
  const { apply, construct } = Reflect;
  const ObjectPrototype = Object.prototype;
  const { toWellFormed } = String.prototype;
  const big = BigInt;

  // A date without a clock: the current time is the event's time.
  const Clock = Date;
  const DatePrototype = Clock.prototype;
  const { toISOString, toString: dateText } = DatePrototype;
  const now = Clock.parse(timestamp) || 0;
  const Fixed = function Date(...parts) {
    if (new.target === undefined) return apply(dateText, new Clock(now), []);
    return construct(Clock, parts.length === 0 ? [now] : parts, new.target);
  };
  const hidden = (value) => ({ value, writable: true, enumerable: false, configurable: true });
  defineProperties(Fixed, {
    prototype: { value: DatePrototype, writable: false },
    length: { value: 7 },
    now: hidden(() => now),
    parse: hidden(Clock.parse),
    UTC: hidden(Clock.UTC),
  });
  defineProperty(DatePrototype, "constructor", hidden(Fixed));
  defineProperty(globalThis, "Date", hidden(Fixed));

  // The generator mulberry32, seeded by the event's id: a repeated delivery gets the same numbers.
  let state = seed | 0;
  const { imul } = Math;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = imul(state ^ (state >>> 15), 1 | state);
    t = (t + imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  defineProperty(Math, "random", hidden(random));

  const AsyncPrototype = getPrototypeOf(async function () {});
  const AsyncGeneratorPrototype = getPrototypeOf(async function* () {});
  const GeneratorPrototype = getPrototypeOf(function* () {});
  delete Function.prototype.constructor;
  delete AsyncPrototype.constructor;
  delete AsyncGeneratorPrototype.constructor;
  delete GeneratorPrototype.constructor;
  delete ObjectPrototype.__proto__;
  delete Error.prepareStackTrace;
  delete Error.stackTraceLimit;
  for (const name of ["eval", "Function", "Promise", "queueMicrotask"]) delete globalThis[name];

  const printer = (level) => (...parts) => log(level, parts);
  const console = {};
  for (const level of ["log", "info", "warn", "error", "debug"]) console[level] = printer(level);
  defineProperty(globalThis, "console", hidden(console));

  const foreign = [["Map", Map], ["Set", Set], ["WeakMap", WeakMap], ["WeakSet", WeakSet], ["RegExp", RegExp],
    ["Number object", Number], ["String object", String], ["Boolean object", Boolean], ["BigInt object", BigInt],
    ["Symbol object", Symbol]];
  const kinds = new Map();
  for (const [name, constructor] of foreign) kinds.set(constructor.prototype, name);
  const kindOf = kinds.get;

  const deepFreeze = (value) => {
    if (typeof value !== "object" || value === null) return value;
    for (const inner of values(value)) deepFreeze(inner);
    return freeze(value);
  };
  const locked = (value) => ({ value, writable: false, enumerable: true, configurable: false });

  return [
    // 0: a string without lone surrogates.
    (text) => apply(toWellFormed, text, []),
    // 1: digits to an integer.
    (digits) => big(digits),
    // 2: an integer to digits.
    (integer) => "" + integer,
    // 3: the text of a date; the name of the kind of another object that JSON does not know; undefined for other objects.
    (object) => {
      const prototype = getPrototypeOf(object);
      if (prototype === DatePrototype) return [apply(toISOString, object, [])];
      return apply(kindOf, kinds, [prototype]);
    },
    // 4: the kind of an exported function.
    (value) => {
      const prototype = getPrototypeOf(value);
      if (prototype === AsyncPrototype) return "an async function";
      if (prototype === AsyncGeneratorPrototype || prototype === GeneratorPrototype) return "a generator";
      return undefined;
    },
    // 5: the webhook as a script sees it.
    (id, type, tenant, metadata, method, path, headers, body) => {
      const webhook = { id, type, timestamp, tenant, metadata, method, path, headers, body };
      return defineProperties(webhook, {
        id: locked(id),
        type: locked(type),
        timestamp: locked(timestamp),
        tenant: locked(tenant),
        metadata: locked(deepFreeze(metadata)),
      });
    },
    // 6: the prototype of plain objects.
    () => ObjectPrototype,
  ];
}
