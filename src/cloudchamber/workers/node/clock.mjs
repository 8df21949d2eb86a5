// The chamber's clock in a Node.js process: Date, timers and performance.now by @sinonjs/fake-timers, and everything random
// from one seed. The bootstrap is told how late it is (TIME) and tells when it wants to be woken (DEADLINE); so time stands
// still while JavaScript runs. What the runtime itself times (sockets, for example) stays on the machine's clock.

import crypto from "node:crypto";
import fs from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import path from "node:path";
import timersPromises from "node:timers/promises";
import { fileURLToPath } from "node:url";
import util from "node:util";

const FAKED = ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval", "hrtime"];
const TIMER_MS_MAX = 2 ** 31 - 1;
const machineImmediate = setImmediate;

// `onDeadline` hears of the earliest deadline (null when there is none), `onAlive` whether timers keep the process running.
export class ChamberClock {
  static async install({ now_ms, seed }, onDeadline, onAlive) {
    seedRandomness(seed);
    const folder = path.dirname(fileURLToPath(import.meta.url));
    if (!fs.existsSync(path.join(folder, "node_modules", "@sinonjs", "fake-timers"))) return null;
    const fakeTimers = createRequire(import.meta.url)("@sinonjs/fake-timers");
    return new ChamberClock(fakeTimers.install({ now: now_ms, toFake: FAKED }), onDeadline, onAlive);
  }

  constructor(fake, onDeadline, onAlive) {
    this.fake = fake;
    this.onDeadline = onDeadline;
    this.onAlive = onAlive;
    this.handles = new Map();
    this.told = null;
    this.reporting = false;
    this.target = fake.now;
    this.stepping = false;
    const began = fake.now - 1000;
    Object.defineProperty(performance, "now", { value: () => fake.now - began, configurable: true, writable: true });
    this.watchTimers();
    AbortSignal.timeout = (delay) => this.abortAfter(delay);
    setTimeout[util.promisify.custom] = (delay, value, options) => timersPromises.setTimeout(delay, value, options);
    timersPromises.scheduler.wait = (delay, options) => timersPromises.setTimeout(delay, undefined, options);
    syncBuiltinESMExports();
  }

  // As Node.js does, take a delay that is none for one millisecond, so that polling makes time pass.
  watchTimers() {
    for (const name of ["setTimeout", "setInterval"]) {
      const start = this.fake[name];
      this.fake[name] = (callback, delay, ...args) => {
        const handle = start(callback, delay >= 1 && delay <= TIMER_MS_MAX ? Math.trunc(delay) : 1, ...args);
        this.handles.set(Number(handle), handle);
        for (const method of ["ref", "unref", "refresh"]) {
          const change = handle[method];
          handle[method] = () => {
            change.call(handle);
            this.report();
            return handle;
          };
        }
        handle.close = () => {
          clearTimeout(handle);
          return handle;
        };
        if (Symbol.dispose) handle[Symbol.dispose] = handle.close;
        this.report();
        return handle;
      };
    }
    for (const name of ["clearTimeout", "clearInterval"]) {
      const stop = this.fake[name];
      this.fake[name] = (handle) => {
        stop(handle);
        this.report();
      };
    }
  }

  abortAfter(delay) {
    const controller = new AbortController();
    const reason = new DOMException("The operation was aborted due to timeout", "TimeoutError");
    setTimeout(() => controller.abort(reason), delay).unref();
    return controller.signal;
  }

  // Timers change in bursts: the host hears of it when the burst is over.
  report() {
    if (this.reporting) return;
    this.reporting = true;
    process.nextTick(() => {
      this.reporting = false;
      if (this.stepping) return;
      this.onAlive(this.keepsAlive());
      const deadline = this.earliest();
      if (deadline === this.told) return;
      this.told = deadline;
      this.onDeadline(deadline);
    });
  }

  earliest() {
    return this.fake.timerHeap?.timers[0]?.callAt ?? null;
  }

  keepsAlive() {
    let alive = false;
    for (const [id, handle] of this.handles) {
      if (!this.fake.timers.has(id)) this.handles.delete(id);
      else if (handle.hasRef()) alive = true;
    }
    return alive;
  }

  // It is `now`: let every timer that is due have its turn, each with what follows from it.
  moveTo(now) {
    this.target = Math.max(this.target, now);
    this.told = undefined;
    if (!this.stepping) this.step();
  }

  step() {
    const next = this.earliest();
    if (next === null || next > this.target) {
      this.stepping = false;
      this.fake.tick(this.target - this.fake.now);
      this.report();
      return;
    }
    this.stepping = true;
    machineImmediate(() => this.step());
    this.fake.next();
  }
}

// ---- everything random, from one seed

function seedRandomness(seed) {
  const { createHash } = crypto;
  let count = 0;
  let left = Buffer.alloc(0);
  const bytes = (size) => {
    const parts = [left];
    let have = left.length;
    while (have < size) {
      const part = createHash("sha512").update(`${seed} ${count++}`).digest();
      parts.push(part);
      have += part.length;
    }
    const all = Buffer.concat(parts);
    left = all.subarray(size);
    return Buffer.from(all.subarray(0, size));
  };
  const fraction = () => Number(bytes(8).readBigUInt64BE() >> 11n) / 2 ** 53;
  const below = (bound) => Math.floor(fraction() * bound);
  const later = (callback, value) => (callback ? void machineImmediate(callback, null, value) : value);
  const fill = (array) => {
    const view = ArrayBuffer.isView(array) ? Buffer.from(array.buffer, array.byteOffset, array.byteLength) : Buffer.from(array);
    bytes(view.length).copy(view);
    return array;
  };
  Math.random = fraction;
  crypto.randomBytes = (size, callback) => later(callback, bytes(size));
  crypto.pseudoRandomBytes = crypto.randomBytes;
  crypto.randomFillSync = (array, offset = 0, size = undefined) => {
    const unit = array.BYTES_PER_ELEMENT ?? 1;
    const start = (array.byteOffset ?? 0) + offset * unit;
    const length = size === undefined ? array.byteLength - offset * unit : size * unit;
    fill(Buffer.from(array.buffer ?? array, start, length));
    return array;
  };
  crypto.randomFill = (array, ...rest) => {
    const callback = rest.pop();
    later(callback, crypto.randomFillSync(array, ...rest));
  };
  crypto.randomInt = (min, max, callback) => {
    if (max === undefined || typeof max === "function") [min, max, callback] = [0, min, max];
    return later(callback, min + below(max - min));
  };
  crypto.randomUUID = () => uuidOf(bytes(16));
  for (const [name, value] of Object.entries({ getRandomValues: fill, randomUUID: crypto.randomUUID })) {
    Object.defineProperty(Object.getPrototypeOf(crypto.webcrypto), name, { value, configurable: true, writable: true });
  }
  syncBuiltinESMExports();
}

function uuidOf(data) {
  data[6] = (data[6] & 0x0f) | 0x40;
  data[8] = (data[8] & 0x3f) | 0x80;
  return data.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
