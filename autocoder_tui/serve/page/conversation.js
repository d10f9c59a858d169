// The conversation of this page: its turns, and the answer that is under way. A reloaded page finds
// it again: which runs it is made of is kept with the tab, what they brought in the history.

import { ask } from "./server.js";
import { Socket } from "./socket.js";
import { Turn } from "./turn.js";

const KEPT = "autocoder-tui conversation";
const NEAR_THE_END = 80; // pixels within which a reader follows what comes
const ENDS_SOON = 10; // times that a run which has not ended is asked for, and
const PAUSE = 300; // milliseconds between them

const ENDED = {
  failed: "This answer failed before it was complete.",
  cancelled: "This answer was stopped before it was complete.",
  interrupted: "This answer was cut off before it was complete.",
  running: "This answer is still under way elsewhere.",
};

export class Conversation {
  // `changed` is called with what the person should know: {answering, status?, problem?}
  constructor(section, changed) {
    this._section = section;
    this._empty = section.querySelector("#empty");
    this._changed = changed;
    this._turns = [];
    this._current = null; // the turn that is being answered
    section.addEventListener("scroll", () => (this._follow = this._atEnd()));
    this._socket = new Socket(
      (frame) => this._hear(frame),
      () => this._lost(),
    );
  }

  get answering() {
    return this._current !== null;
  }

  get hasAnswer() {
    return this._turns.some((turn) => turn.text);
  }

  // Ask; `choice` is {model, custom_url}.
  async ask(prompt, feedback, choice) {
    const messages = this._messages();
    const turn = this._add({ prompt, feedback });
    this._current = turn;
    turn.node.scrollIntoView({ block: "start" });
    this._follow = true;
    this._changed({ answering: true, status: "The answer is on its way.", problem: "" });
    messages.push({ role: "user", content: prompt });
    try {
      await this._socket.send({ messages, feedback, announce: true, ...choice });
    } catch (error) {
      if (this._current === turn) this._end(error.message, "", error.message);
    }
  }

  async stop() {
    if (!this._current) return;
    this._changed({ answering: true, status: "Stopping." });
    await this._socket.send("stop").catch(() => {});
  }

  // Begin anew.
  clear() {
    for (const turn of this._turns) turn.node.remove();
    this._turns = [];
    this._empty.hidden = false;
    this._keep();
  }

  // Show a run of the history as a conversation, which can go on.
  async open(runId) {
    const run = await ask(`/snippets/${encodeURIComponent(runId)}`);
    this.clear();
    const turn = this._add({ prompt: run.prompt, feedback: false, runId });
    this._show(turn, run);
    this._keep();
    this._section.focus();
  }

  // The conversation this tab had before it was loaded anew.
  async restore() {
    let kept = [];
    try {
      kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
    } catch {
      // What is kept there is none of ours.
    }
    const turns = kept.map((asked) => this._add(asked));
    if (!turns.length) return;
    this._changed({ answering: false, status: "Fetching the conversation again." });
    await Promise.all(turns.map((turn) => this._fetch(turn)));
    turns.at(-1).node.scrollIntoView({ block: "end" });
    this._changed({ answering: false, status: "The conversation is here again." });
  }

  async _fetch(turn) {
    const path = `/snippets/${encodeURIComponent(turn.asked.runId)}`;
    for (let tried = 1; ; tried += 1) {
      try {
        const run = await ask(path);
        this._show(turn, run);
        if (run.status !== "running") return;
      } catch (error) {
        if (error.status !== 404) return turn.finish(error.message);
        if (tried === ENDS_SOON) return turn.finish("This answer is not in the history any more.");
      }
      if (tried === ENDS_SOON) return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  _show(turn, run) {
    turn.replace(run.text);
    turn.finish(ENDED[run.status] ?? "");
  }

  _add(asked) {
    const turn = new Turn(asked, this._turns.length + 1);
    turn.grown = () => this._scroll();
    this._turns.push(turn);
    this._empty.hidden = true;
    this._section.append(turn.node);
    return turn;
  }

  // The conversation so far, as the model is told it.
  _messages() {
    return this._turns
      .filter((turn) => turn.text.trim())
      .flatMap((turn) => [
        { role: "user", content: turn.asked.instruction ?? turn.asked.prompt },
        { role: "assistant", content: turn.text },
      ]);
  }

  _hear(frame) {
    const turn = this._current;
    if (!turn) return;
    switch (frame.type) {
      case "start":
        turn.asked.runId = frame.run_id;
        this._keep();
        break;
      case "feedback":
        turn.instruct(frame.content);
        this._changed({ answering: true, status: "The complaint is an instruction now." });
        break;
      case "token":
        turn.append(frame.content, frame.retract ?? 0);
        break;
      case "exit_token": {
        const stopped = frame.reason === "stopped";
        this._end(stopped ? ENDED.cancelled : "", stopped ? "Stopped." : "The answer is complete.");
        break;
      }
      case "error":
        this._end(frame.message, "", frame.message);
        break;
    }
  }

  _lost() {
    const said = "The connection to the server was lost. What came is in the history.";
    if (this._current) this._end(said, "", said);
  }

  _end(said, status, problem = "") {
    const turn = this._current;
    this._current = null;
    turn.finish(said);
    this._follow = false;
    this._keep();
    this._changed({ answering: false, status, problem });
  }

  _keep() {
    const asked = this._turns.map((turn) => turn.asked).filter((each) => each.runId);
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(asked));
    } catch {
      // Full, or not allowed: a reload begins anew, and the snippets have it all.
    }
  }

  _atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this._section;
    return scrollHeight - scrollTop - clientHeight < NEAR_THE_END;
  }

  _scroll() {
    if (this._follow) this._section.scrollTop = this._section.scrollHeight;
  }
}
