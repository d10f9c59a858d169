// The page: what its buttons and keys do.

import { ModelChoice, followTheme } from "./choices.js";
import { Conversation } from "./conversation.js";
import { Snippets } from "./snippets.js";

const byId = (id) => document.getElementById(id);
const prompt = byId("prompt");
const form = byId("ask");
const choice = new ModelChoice();

// A token in the address is a cookie by now, and would be seen there.
if (new URLSearchParams(location.search).has("token")) history.replaceState(null, "", "/");

function show({ answering, status, problem }) {
  byId("send").disabled = answering;
  byId("stop").hidden = !answering;
  if (status !== undefined) byId("status").textContent = status;
  if (problem !== undefined) byId("problem").textContent = problem;
}

const conversation = new Conversation(byId("conversation"), (state) => {
  const stopHadFocus = document.activeElement === byId("stop");
  show(state);
  if (state.answering) return;
  if (stopHadFocus) prompt.focus();
  snippets.load();
});

const snippets = new Snippets(byId("snippets"), async (runId) => {
  if (conversation.answering) {
    show({ answering: true, problem: "An answer is under way: wait for it, or stop it." });
    return;
  }
  try {
    await conversation.open(runId);
    show({ answering: false, status: "The snippet is shown.", problem: "" });
    showSnippets(false);
  } catch (error) {
    show({ answering: false, problem: error.message });
  }
});

function showSnippets(shown) {
  document.body.classList.toggle("with-snippets", shown);
  byId("show-snippets").setAttribute("aria-expanded", String(shown));
  if (shown) byId("search").focus();
}

async function send() {
  const text = prompt.value.trim();
  const feedback = form.elements.mode.value === "feedback";
  if (conversation.answering) return;
  if (!text) {
    show({ answering: false, problem: "Write what you want first." });
    prompt.focus();
    return;
  }
  if (feedback && !conversation.hasAnswer) {
    const problem = "Feedback is about an answer, and there is none yet: send a query first.";
    show({ answering: false, problem });
    return;
  }
  prompt.value = "";
  await conversation.ask(text, feedback, choice.value);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
prompt.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (document.body.classList.contains("with-snippets")) {
    showSnippets(false);
    byId("show-snippets").focus();
  } else conversation.stop();
});
form.addEventListener("change", () => {
  const feedback = form.elements.mode.value === "feedback";
  const label = feedback ? "What is wrong with it?" : "What do you want?";
  byId("prompt-label").textContent = label;
  prompt.placeholder = label;
});
byId("stop").addEventListener("click", () => conversation.stop());
byId("new").addEventListener("click", () => {
  if (conversation.answering) {
    show({ answering: true, problem: "An answer is under way: wait for it, or stop it." });
    return;
  }
  conversation.clear();
  show({ answering: false, status: "A new conversation.", problem: "" });
  prompt.focus();
});
byId("show-snippets").addEventListener("click", () =>
  showSnippets(!document.body.classList.contains("with-snippets")),
);

followTheme(byId("theme"));
show({ answering: false });
choice.load().catch((error) => show({ answering: false, problem: error.message }));
conversation.restore().then(() => snippets.load());
