// An aimock server that misbehaves by script: `node server.mjs REPLY_FILE`.
//
// The model a request names chooses what happens; every model says the text of REPLY_FILE.
// Prints the base URL, then serves until standard input is closed.

import { readFileSync } from "node:fs";
import { LLMock } from "@copilotkit/aimock";

const whole = readFileSync(process.argv[2], "utf8");
const third = Math.floor(whole.length / 3);

const textOf = (message) =>
  typeof message?.content === "string"
    ? message.content
    : (message?.content ?? []).map((part) => part.text ?? "").join("");

const soFar = (request) =>
  textOf(request.messages.findLast((message) => message.role === "assistant"));

// What a compliant model says next: the lines it is asked to repeat, then the rest.
function compliant(request) {
  const shown = soFar(request);
  const instruction = textOf(request.messages.at(-1));
  const lines = shown.split(/(?<=\n)/);
  let echoed = 0;
  for (let count = 1; count <= Math.min(lines.length, 16); count++) {
    const anchor = lines.slice(-count).join("");
    if (anchor.trim() && instruction.includes(anchor.trimEnd())) echoed = anchor.length;
  }
  return whole.slice(shown.length - echoed);
}

const isFirst = (request) => soFar(request) === "";
const isLater = (request) => soFar(request) !== "";
const says = (content, finishReason = "stop") => ({ content, finishReason });
const asked = (model, predicate, sequenceIndex) => ({ model, predicate, sequenceIndex });
const tooMany = {
  error: { message: "Rate limit reached", type: "rate_limit_error", code: "rate_limit_exceeded" },
  status: 429,
  retryAfter: 1,
};

const mock = new LLMock({ port: 0, chunkSize: 11, latency: 0 });
const add = (match, response, options = {}) => mock.addFixture({ match, response, ...options });
const always = () => true;

add(asked("whole", always), says(whole));

// Cut by its output limit; then the plain rest, as a server does that knows nothing of echoes.
add(asked("length-rest", isFirst), says(whole.slice(0, third), "length"));
add(asked("length-rest", isLater), says(whole.slice(third)));

// Cut twice; continued as it is asked to.
add(asked("length-echo", isFirst), says(whole.slice(0, third), "length"));
add(asked("length-echo", isLater, 0), (request) =>
  says(compliant(request).slice(0, third), "length"),
);
add(asked("length-echo", isLater), (request) => says(compliant(request)));

add(asked("limited", always, 0), tooMany);
add(asked("limited", always), says(whole));

add(asked("dropped", isFirst), says(whole), { truncateAfterChunks: 60, latency: 2 });
add(asked("dropped", isLater), (request) => says(compliant(request)));

// Everything in one run: limited, dropped, cut, and then the end.
add(asked("everything", isFirst, 0), tooMany);
add(asked("everything", isFirst), says(whole), { truncateAfterChunks: 40, latency: 2 });
add(asked("everything", isLater, 0), (request) =>
  says(compliant(request).slice(0, third), "length"),
);
add(asked("everything", isLater), (request) => says(compliant(request)));

await mock.start();
console.log(`${mock.url}/v1`);
process.stdin.resume();
process.stdin.on("end", async () => {
  await mock.stop();
  process.exit(0);
});
