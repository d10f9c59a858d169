// A question of the conversation and its answer, as they are shown.

import { copyButton, element, visible } from "./element.js";
import { Markdown } from "./markdown.js";

export class Turn {
  // `asked`: {prompt, feedback, instruction?, runId?}
  constructor(asked, number) {
    this.asked = asked;
    this._answer = element("div", { class: "answer", "aria-busy": "true" });
    this._markdown = new Markdown(this._answer);
    this._instruction = element("p", { class: "instruction", hidden: true });
    this._said = element("p", { class: "said quiet" });
    this._copy = copyButton("Copy answer", () => this.text);
    this._copy.hidden = true;
    this._frame = 0;
    this.node = element(
      "article",
      { "aria-label": `Question ${number}` },
      element("h2", {}, asked.feedback ? "Feedback" : "Question"),
      element("div", { class: "question" }, visible(asked.prompt)),
      this._instruction,
      element("h2", {}, "Answer"),
      this._answer,
      element("div", { class: "turn-foot" }, this._said, this._copy),
    );
    if (asked.instruction) this.instruct(asked.instruction);
  }

  get text() {
    return this._markdown.text;
  }

  // What the model was asked in place of a complaint.
  instruct(instruction) {
    this.asked.instruction = instruction;
    this._instruction.textContent = `Asked for: ${visible(instruction)}`;
    this._instruction.hidden = false;
  }

  append(text, retracted = 0) {
    if (retracted) this._markdown.retract(retracted);
    this._markdown.append(text);
    // What comes is built once for each picture the browser shows, a hidden page at the end.
    this._frame ||= requestAnimationFrame(() => {
      this._frame = 0;
      this._markdown.flush();
      this.grown?.();
    });
  }

  // The whole text, in place of what there is.
  replace(text) {
    this._markdown.retract(this.text.length);
    this._markdown.append(text);
  }

  // The answer is over; `said` tells how, where it did not end well.
  finish(said = "") {
    cancelAnimationFrame(this._frame);
    this._frame = 0;
    this._markdown.flush(true);
    this._answer.setAttribute("aria-busy", "false");
    this._said.textContent = said;
    this._copy.hidden = !this.text;
    this.grown?.();
  }
}
