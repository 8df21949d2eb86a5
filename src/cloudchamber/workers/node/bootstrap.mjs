// The bootstrap of Node.js environments: imports the handler, answers events until the end.
// It behaves as AWS's runtime interface client (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html);
// instead of HTTP it speaks frames (see frames.py) over the inherited socket 3.

import fs from "node:fs";
import module, { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";
import { Writable } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import util from "node:util";

const CHANNEL_FD = 3;
const HEAD_BYTES = 5;
const READ_BYTES = 65536;
const BLOCKED_PAUSE_MS = 0.2;
const TIME = "T".charCodeAt(0);
const RESPONSE_BYTES_MAX = 6 * 1024 * 1024 + 100;
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");

let currentRequestId;

class RuntimeError extends Error {
  constructor(name, message, cause) {
    super(message);
    this.name = name;
    if (cause?.stack) this.stack = `${name}: ${message}\n${cause.stack.split("\n").slice(1).join("\n")}`;
  }
}

// ---- the log

function writeEvent(text) {
  let data = Buffer.from(`${text}\n`);
  if (text.includes("\n")) {
    data = Buffer.concat([Buffer.from(`\0\x1eL${data.length.toString(16).padStart(8, "0")}`), data]);
  }
  for (let written = 0; written < data.length; ) {
    try {
      written += fs.writeSync(1, data, written);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

const JSON_LOGS = process.env.AWS_LAMBDA_LOG_FORMAT === "JSON";
const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const THRESHOLD = JSON_LOGS ? Math.max(LEVELS.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL), 0) : 0;

function jsonOf(level, args) {
  const entry = { timestamp: new Date().toISOString(), level, requestId: currentRequestId };
  if (args.length === 1 && !(args[0] instanceof Error)) {
    entry.message = args[0];
    try {
      return JSON.stringify(entry);
    } catch {
      // it cannot be JSON, so it is text
    }
  }
  entry.message = util.format(...args);
  const error = args.find((value) => value instanceof Error);
  if (error) {
    entry.errorType = error.constructor?.name ?? "UnknownError";
    entry.errorMessage = error.message;
    entry.stackTrace = typeof error.stack === "string" ? error.stack.split("\n") : [];
  }
  return JSON.stringify(entry);
}

function log(level, ...args) {
  if (LEVELS.indexOf(level) < THRESHOLD) return;
  if (JSON_LOGS) writeEvent(jsonOf(level, args));
  else writeEvent(`${new Date().toISOString()}\t${currentRequestId}\t${level}\t${util.format(...args)}`);
}

function patchConsole() {
  const levels = { trace: "TRACE", debug: "DEBUG", info: "INFO", log: "INFO", warn: "WARN", error: "ERROR" };
  for (const [name, level] of Object.entries(levels)) {
    console[name] = (...args) => log(level, ...args);
  }
  console.fatal = (...args) => log("FATAL", ...args);
}

// ---- errors

function errorObject(error) {
  if (util.types.isNativeError(error) || (error && error.name && error.message && error.stack)) {
    return {
      errorType: String(error.name).replace(/\x7F/g, "%7F"),
      errorMessage: String(error.message).replace(/\x7F/g, "%7F"),
      trace: String(error.stack).replace(/\x7F/g, "%7F").split("\n"),
    };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function logError(title, error) {
  const extra = error && typeof error === "object" ? Object.fromEntries(Object.entries(error)) : {};
  const { errorType, errorMessage, trace } = errorObject(error);
  log("ERROR", `${title} \t${JSON.stringify({ errorType, errorMessage, ...extra, stack: trace })}`);
}

// ---- the channel

class Channel {
  constructor(onInvoke, onTime) {
    this.buffer = Buffer.alloc(0);
    this.socket = new net.Socket({ fd: CHANNEL_FD, readable: true, writable: true });
    this.onInvoke = onInvoke;
    this.onTime = onTime;
    this.socket.on("data", (data) => this.take(data));
    this.socket.on("close", () => process.reallyExit(0));
    this.socket.on("error", () => process.reallyExit(0));
  }

  take(data) {
    this.buffer = this.buffer.length ? Buffer.concat([this.buffer, data]) : data;
    while (this.buffer.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + this.buffer.readUInt32BE(1);
      if (this.buffer.length < end) return;
      const kind = this.buffer[0];
      const body = this.buffer.subarray(HEAD_BYTES, end);
      this.buffer = this.buffer.subarray(end);
      if (kind === TIME) this.onTime(Number(body.toString()));
      else this.onInvoke(body);
    }
  }

  send(kind, body = "", done) {
    this.socket.cork();
    this.socket.write(headOf(kind, body));
    const flowing = this.socket.write(body, done);
    this.socket.uncork();
    return flowing;
  }

  // Send, and take what comes until that is enough; no other JavaScript runs meanwhile.
  sendAndBlock(kind, body, isEnough) {
    if (this.socket.writableLength > 0) {
      this.socket.write("", () => this.sendAndBlock(kind, body, isEnough));
      return;
    }
    for (let data = Buffer.concat([headOf(kind, body), Buffer.from(body)]); data.length > 0; ) {
      data = data.subarray(patiently(() => fs.writeSync(CHANNEL_FD, data)));
    }
    const data = Buffer.alloc(READ_BYTES);
    while (!isEnough()) {
      const size = patiently(() => fs.readSync(CHANNEL_FD, data));
      if (size === 0) process.reallyExit(0);
      this.take(Buffer.from(data.subarray(0, size)));
    }
  }
}

function headOf(kind, body) {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write(kind, 0, "latin1");
  head.writeUInt32BE(Buffer.byteLength(body), 1);
  return head;
}

function patiently(attempt) {
  for (const pause = new Int32Array(new SharedArrayBuffer(4)); ; Atomics.wait(pause, 0, 0, BLOCKED_PAUSE_MS)) {
    try {
      return attempt();
    } catch (error) {
      if (error.code !== "EAGAIN") process.reallyExit(0);
    }
  }
}

// ---- loading the handler

function splitHandler(handler) {
  if (handler.includes("..")) {
    throw new RuntimeError("Runtime.MalformedHandlerName", `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  const base = path.basename(handler);
  const dot = base.indexOf(".");
  if (dot < 0) throw new RuntimeError("Runtime.MalformedHandlerName", "Bad handler");
  return [handler.slice(0, handler.length - base.length), base.slice(0, dot), base.slice(dot + 1)];
}

function existing(...names) {
  return names.find((name) => fs.existsSync(name) && fs.statSync(name).isFile());
}

// Node.js starts a thread for hooks, which takes longer than most functions do: it is left out where nothing is imported.
class NodePath {
  static follow() {
    if (NodePath.followed) return;
    NodePath.followed = true;
    const data = (process.env.NODE_PATH ?? "").split(":").filter((folder) => path.basename(folder) === "node_modules");
    module.register?.(new URL("resolution.mjs", import.meta.url), { data });
  }

  // `import()` in what was loaded by `require`.
  static followWhenImported() {
    const own = path.dirname(fileURLToPath(import.meta.url));
    const compile = module.prototype._compile;
    module.prototype._compile = function (content, filename, ...rest) {
      if (!filename.startsWith(own) && /\bimport\s*\(/.test(content)) NodePath.follow();
      return compile.call(this, content, filename, ...rest);
    };
  }
}

async function importModule(folder, name) {
  const root = path.resolve(process.env.LAMBDA_TASK_ROOT, folder, name);
  const require = createRequire(path.join(process.env.LAMBDA_TASK_ROOT, "noop.js"));
  NodePath.followWhenImported();
  const plain = existing(root, `${root}.js`);
  if (plain && !(await isModule(plain))) return require(plain);
  const esm = plain ?? existing(`${root}.mjs`);
  if (esm) {
    NodePath.follow();
    return import(pathToFileURL(esm).href);
  }
  const cjs = existing(`${root}.cjs`);
  if (cjs) return require(cjs);
  return require(fs.existsSync(root) ? root : `${folder ? "./" : ""}${path.join(folder, name)}`);
}

async function isModule(file) {
  if (!file.endsWith(".js")) return false;
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, "package.json");
    if (fs.existsSync(manifest)) return JSON.parse(fs.readFileSync(manifest, "utf8")).type === "module";
    if (folder === path.dirname(folder)) return false;
  }
}

async function loadHandler(handler) {
  const [folder, name, member] = splitHandler(handler);
  let loaded;
  try {
    loaded = await importModule(folder, name);
  } catch (error) {
    if (error instanceof SyntaxError) throw new RuntimeError("Runtime.UserCodeSyntaxError", String(error), error);
    if (error?.code === "MODULE_NOT_FOUND") throw new RuntimeError("Runtime.ImportModuleError", String(error), error);
    if (error?.code === "ERR_MODULE_NOT_FOUND") {
      // said in full, since an error from the thread of the hooks has lost how it is said
      throw new RuntimeError("Runtime.ImportModuleError", `Error [${error.code}]: ${error.message}`, error);
    }
    throw error;
  }
  const pick = (from) => member.split(".").reduce((value, key) => value?.[key], from);
  const found = pick(loaded) ?? pick(loaded.default);
  if (!found) throw new RuntimeError("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  if (typeof found !== "function") throw new RuntimeError("Runtime.HandlerNotFound", `${handler} is not a function`);
  return found;
}

// ---- streaming: https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html

class ResponseStream extends Writable {
  constructor(channel, options) {
    super(options);
    this.channel = channel;
    this.contentType = "application/octet-stream";
    this.begun = false;
  }

  setContentType(contentType) {
    if (this.begun) throw new RuntimeError("Runtime.InvalidStreamingOperation", "Cannot set content-type, too late.");
    this.contentType = contentType;
  }

  begin() {
    if (this.begun) return;
    this.begun = true;
    this.channel.send("H", this.contentType);
    if (this.prelude) this.channel.send("C", Buffer.concat([Buffer.from(this.prelude), Buffer.alloc(8)]));
  }

  _write(chunk, encoding, done) {
    this.begin();
    const data = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk, encoding);
    this.channel.send("C", data, done);
  }

  _final(done) {
    this.begin();
    done();
  }
}

function defineAwsLambda() {
  globalThis.awslambda = {
    streamifyResponse(handler, options) {
      handler[STREAMING] = "response";
      if (typeof options?.highWaterMark === "number") handler[HIGH_WATER_MARK] = options.highWaterMark;
      return handler;
    },
    HttpResponseStream: class HttpResponseStream {
      static from(stream, prelude) {
        stream.setContentType("application/vnd.awslambda.http-integration-response");
        stream.prelude = JSON.stringify(prelude);
        return stream;
      }
    },
  };
}

// ---- invocations

class Runner {
  constructor() {
    this.starting = true;
    this.busy = false;
    this.waiting = null;
    process.on("beforeExit", () => this.emptied());
  }

  async start() {
    patchConsole();
    defineAwsLambda();
    this.channel = new Channel((body) => this.invoke(body), (now) => this.clock?.moveTo(now));
    this.channel.socket.unref();
    await this.liveOnChamberTime();
    try {
      this.handler = await loadHandler(process.env._HANDLER);
    } catch (error) {
      const object = errorObject(error);
      logError("Uncaught Exception", error);
      this.channel.send("X", JSON.stringify(object), () => process.reallyExit(1));
      this.channel.socket.ref();
      return;
    }
    this.starting = false;
    this.channel.socket.ref();
    this.send("N", "");
  }

  // Under virtual time the host says what is the time; timers that wait keep the process as the runtime's own would.
  async liveOnChamberTime() {
    const settings = process.env.CLOUDCHAMBER_CLOCK;
    if (!settings) return;
    delete process.env.CLOUDCHAMBER_CLOCK;
    this.isVirtual = true;
    const { ChamberClock } = await import("./clock.mjs");
    this.clock = await ChamberClock.install(
      JSON.parse(settings),
      (deadline) => this.channel.send("D", deadline === null ? "" : String(deadline)),
      (alive) => this.keepAlive(alive),
    );
  }

  keepAlive(alive) {
    if (!this.busy && !this.starting) return;
    if (alive) this.channel.socket.ref();
    else this.channel.socket.unref();
  }

  context(header, received) {
    const end = received + header.remaining_ms;
    const context = {
      callbackWaitsForEmptyEventLoop: true,
      functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
      memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
      logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
      clientContext: header.client_context ?? undefined,
      identity: header.identity ?? undefined,
      invokedFunctionArn: header.arn,
      awsRequestId: header.id,
      getRemainingTimeInMillis: () => Math.max(Math.floor(end - performance.now()), 0),
    };
    context.done = (error, result) => this.called(context, error, result, context.callbackWaitsForEmptyEventLoop);
    context.succeed = (result) => this.called(context, null, result, false);
    context.fail = (error) => this.called(context, error ?? "handled", undefined, false);
    return context;
  }

  invoke(body) {
    const received = performance.now();
    const size = body.readUInt32BE(0);
    const header = JSON.parse(body.subarray(4, 4 + size).toString());
    currentRequestId = header.id;
    process.env._X_AMZN_TRACE_ID = header.trace;
    this.busy = true;
    this.waiting = null;
    this.asynchronous = false;
    this.keepAlive(this.clock?.keepsAlive());
    // A tick later, so that an exception is not taken for one of the socket.
    setImmediate(() => this.run(body.subarray(4 + size).toString(), this.context(header, received)));
  }

  run(payload, context) {
    try {
      const event = JSON.parse(payload);
      if (this.handler[STREAMING]) {
        this.stream(event, context);
        return;
      }
      const callback = (error, result) => this.called(context, error, result, context.callbackWaitsForEmptyEventLoop);
      const result = this.handler(event, context, callback);
      if (typeof result?.then === "function") {
        this.asynchronous = true;
        result.then((value) => this.succeed(value), (error) => this.fail(error ?? new Error("undefined"), "Invoke Error"));
      }
    } catch (error) {
      this.fail(error, "Invoke Error");
    }
  }

  async stream(event, context) {
    this.asynchronous = true;
    const stream = new ResponseStream(this.channel, { highWaterMark: this.handler[HIGH_WATER_MARK] });
    const finished = new Promise((resolve, reject) => stream.once("finish", resolve).once("error", reject));
    finished.catch(() => {});
    try {
      await this.handler(event, stream, context);
      if (!stream.writableEnded) {
        throw new RuntimeError("Runtime.StreamingError", "The response stream was not ended by the handler.");
      }
      await finished;
      this.answer("Z", "");
    } catch (error) {
      logError("Invoke Error", error);
      this.answer("Z", JSON.stringify(errorObject(error)));
    }
  }

  called(context, error, result, waits) {
    if (!this.busy || this.waiting || this.asynchronous) return;
    const finish = () => (error === undefined || error === null ? this.succeed(result) : this.fail(error, "Invoke Error"));
    if (waits) this.waiting = finish;
    else setImmediate(finish);
  }

  emptied() {
    if (!this.busy) return;
    if (this.waiting) {
      this.waiting();
    } else if (this.asynchronous) {
      const message =
        "the runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that never settled. " +
        "For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes";
      this.fail(new RuntimeError("Runtime.NodeJsExit", message), "Invoke Error");
    } else {
      this.succeed(undefined);
    }
  }

  succeed(value) {
    if (!this.busy) return;
    let body;
    try {
      body = Buffer.from(JSON.stringify(value === undefined ? null : value) ?? "null");
    } catch (error) {
      this.fail(new RuntimeError("Runtime.MarshalError", `Unable to stringify response body as json: ${error.message}`), "Invoke Error");
      return;
    }
    if (body.length > RESPONSE_BYTES_MAX) {
      const message = `Response payload size exceeded maximum allowed payload size (${RESPONSE_BYTES_MAX} bytes).`;
      log("ERROR", message);
      this.answer("E", JSON.stringify({ errorType: "Function.ResponseSizeTooLarge", errorMessage: message }));
      return;
    }
    this.answer("R", body);
  }

  fail(error, title) {
    if (!this.busy) return;
    logError(title, error);
    this.answer("E", JSON.stringify(errorObject(error)));
  }

  answer(kind, body) {
    if (!this.busy) return;
    this.busy = false;
    this.waiting = null;
    this.channel.socket.ref();
    this.send(kind, body);
  }

  // Between invocations the process is stopped, some time after it has answered. How far what it left behind gets until
  // then is chance; under virtual time there is none: it gets nowhere.
  send(kind, body) {
    if (this.isVirtual) this.channel.sendAndBlock(kind, body, () => this.busy);
    else this.channel.send(kind, body);
  }
}

const runner = new Runner();

function die(error, title) {
  logError(title, error);
  runner.channel.socket.ref();
  runner.channel.send(runner.busy ? "E" : "X", JSON.stringify(errorObject(error)), () => process.reallyExit(129));
  runner.busy = false;
}

process.on("uncaughtException", (error) => die(error, "Uncaught Exception"));
process.on("unhandledRejection", (reason, promise) => {
  const error = new RuntimeError("Runtime.UnhandledPromiseRejection", String(reason), reason);
  error.reason = reason;
  error.promise = promise;
  die(error, "Unhandled Promise Rejection");
});

await runner.start();
